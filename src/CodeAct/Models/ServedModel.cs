using System.Text.Json;

namespace CodeAct.Models;

/// <summary>A model as its server lists it.</summary>
/// <param name="Id">What to call it.</param>
/// <param name="ContextTokens">Tokens that fit into one request and its reply; null when the server does not say.</param>
public sealed record ServedModel(string Id, int? ContextTokens)
{
    // OpenAI's list has no such field. vLLM, OpenRouter and Together, Mistral, Groq have; each calls it otherwise.
    private static readonly string[] _context = ["max_model_len", "context_length", "max_context_length", "context_window"];

    /// <summary>Reads one of a list in OpenAI's form.</summary>
    internal static ServedModel Read(JsonElement model) => new(
        model.GetProperty("id").GetString() ?? throw new JsonException("A model has no name."),
        _context.Select(name => ServerErrors.Number(model, name)).FirstOrDefault(number => number is not null));
}
