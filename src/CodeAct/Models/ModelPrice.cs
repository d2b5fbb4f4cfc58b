using System.Text.Json;

namespace CodeAct.Models;

/// <summary>What a model costs.</summary>
/// <param name="Input">For a million tokens of requests.</param>
/// <param name="Output">For a million tokens of replies.</param>
public sealed record ModelPrice(decimal Input, decimal Output)
{
    private const decimal Million = 1_000_000;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>What so many tokens cost, in the currency of the prices.</summary>
    public decimal Of(long inputTokens, long outputTokens) => (inputTokens * Input + outputTokens * Output) / Million;

    /// <summary>Reads a table of prices: <c>{"openai:gpt-5": {"input": 1.25, "output": 10}, …}</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>By the model's name.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It is no such table; the message says where.</exception>
    public static IReadOnlyDictionary<string, ModelPrice> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, ModelPrice>>(File.ReadAllText(path), _json) ?? [];
        }
        catch (JsonException failure)
        {
            throw new FormatException(
                $"{path} is no table of prices: {failure.Message} "
                + """Write {"openai:gpt-5": {"input": 1.25, "output": 10}}, for a million tokens each.""",
                failure);
        }
    }
}
