namespace CodeAct.Llama.Checkpoints;

/// <summary>
/// What an agent must know about a model: <c>codeact.json</c> in a checkpoint, <c>codeact.*</c> keys in a GGUF file.
/// </summary>
public sealed record ModelProfile
{
    /// <summary>The model's name; null takes the folder's.</summary>
    public string? Name { get; init; }

    /// <summary>Its licence as an SPDX expression, such as <c>mit</c>.</summary>
    public string? License { get; init; }

    /// <summary>The system prompt that it was trained with; null when it takes any.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>The role of observations in its training; null when that is <c>user</c>.</summary>
    public string? ObservationRole { get; init; }
}
