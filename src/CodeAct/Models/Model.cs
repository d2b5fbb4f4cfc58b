using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>A language model together with what an agent must know to talk to it.</summary>
/// <param name="Name">As the user named it, such as <c>gguf:models/codeact-nano/codeact-nano.gguf</c>.</param>
/// <param name="Client">The seam to the model; disposed with this.</param>
public sealed record Model(string Name, IChatClient Client) : IDisposable
{
    /// <summary>The role that observations have in this model's training; most know only <see cref="ChatRole.User"/>.</summary>
    public ChatRole ObservationRole { get; init; } = ChatRole.User;

    /// <summary>The system prompt that the model was trained with; null when the agent's own prompt is to be used.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>Tokens that fit into one request and its reply; null when the provider does not say.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>True when it is sent pictures: those that cells show, and the user's; false unless told.</summary>
    public bool SeesImages { get; init; }

    /// <summary>False when it is known to take no functions, as <see cref="ChatOptions.Tools"/> has them; true unless told.</summary>
    public bool CallsFunctions { get; init; } = true;

    /// <summary>Where it is asked, without a key; null at its provider's own address, and for a model in this process.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>This model, with others that are asked in turn when it cannot answer; they are disposed with it.</summary>
    /// <param name="others">The first of them first. What a model is known for (its prompt, its context) is this one's.</param>
    /// <param name="notice">Is told of each model that could not be asked; null for nobody.</param>
    /// <param name="time">Measures how long one that failed is asked last.</param>
    public Model WithFallback(IReadOnlyList<Model> others, Action<string>? notice, TimeProvider time) => others is [] ? this : this with
    {
        Client = new FallbackClient([this, .. others], notice, time),
        ContextTokens = others.Append(this).Min(model => model.ContextTokens),
        CallsFunctions = CallsFunctions && others.All(model => model.CallsFunctions),
        SeesImages = SeesImages && others.All(model => model.SeesImages),
    };

    /// <summary>This model, and what it replies is written to a file that <see cref="Cassette.Play"/> answers from.</summary>
    /// <param name="path">The file; replaced if it is there.</param>
    public Model Recorded(string path) => this with { Client = new RecordingClient(Client, Cassette.Create(path, this)) };

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}
