namespace CodeAct.Models;

/// <summary>A model as the user names it: a provider and what the provider calls it.</summary>
/// <param name="Provider">The part before the first colon: <c>openai</c>, <c>gguf</c>.</param>
/// <param name="Id">The part after it: a model's name or a file's path.</param>
public sealed record ModelName(string Provider, string Id)
{
    /// <summary>Reads <c>PROVIDER:ID</c>.</summary>
    /// <exception cref="FormatException">There is no colon, or nothing on one side of it.</exception>
    public static ModelName Parse(string text) =>
        text.IndexOf(':') is > 0 and var colon && colon < text.Length - 1
            ? new ModelName(text[..colon], text[(colon + 1)..])
            : throw new FormatException(
                $"'{text}' names no model; write PROVIDER:NAME, such as openai:gpt-5 or gguf:model.gguf.");

    /// <inheritdoc/>
    public override string ToString() => $"{Provider}:{Id}";
}
