using System.Text.Json;
using System.Text.RegularExpressions;
using CodeAct.Python;

namespace CodeAct.Tools;

/// <summary>Finds tools by words, for models that call by name and have more tools than their prompt lists.</summary>
/// <remarks>In code it is <c>tools.search</c>: words of the name count more than those of the description there too.</remarks>
internal sealed partial class ToolSearch(ToolCatalog tools)
{
    /// <summary>The name that it is called by.</summary>
    public const string Name = "search_tools";

    private const int Most = 10;

    /// <summary>It as the only tool that is listed.</summary>
    public ToolCatalog Listed { get; } = new(new Definition());

    /// <summary>The signatures of the tools that fit best, the best first.</summary>
    public ToolAnswer Answer(string words)
    {
        var wanted = Words(words);
        var found = tools.Tools
            .Select(tool => (Tool: tool, Rank: wanted.Sum(word => Rank(tool, word))))
            .Where(one => one.Rank > 0)
            .OrderByDescending(one => one.Rank)
            .ThenBy(one => one.Tool.Name, StringComparer.Ordinal)
            .Take(Most)
            .Select(one => one.Tool.Description is { Length: > 0 } text ? $"{one.Tool.Python}: {text.Split('\n')[0]}" : one.Tool.Python)
            .ToList();
        return new ToolValue(JsonSerializer.SerializeToElement(found.Count > 0 ? string.Join('\n', found) : "no tool"));
    }

    private static int Rank(ToolSignature tool, string word)
    {
        var parameters = string.Join(' ', tool.All.Select(parameter => parameter.Name));
        var (name, text) = (Words(tool.Name), Words($"{tool.Description} {parameters}"));
        return (name.Contains(word) ? 8 : tool.Name.Contains(word, StringComparison.OrdinalIgnoreCase) ? 4 : 0)
            + (text.Contains(word) ? 3 : text.Any(other => other.StartsWith(word, StringComparison.Ordinal)) ? 1 : 0);
    }

    private static List<string> Words(string text) => [.. Word().Matches(text).Select(word => word.Value.ToLowerInvariant())];

    [GeneratedRegex(@"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    private sealed class Definition : IToolHost
    {
        public ReadOnlyMemory<byte> Definitions { get; } = JsonSerializer.SerializeToUtf8Bytes(new[]
        {
            new
            {
                name = Name,
                description = "Finds tools by words of their names and descriptions; gives their signatures.",
                parameters = new { type = "object", properties = new { words = new { type = "string" } }, required = (string[])["words"] },
            },
        });

        public Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken) =>
            throw new System.Diagnostics.UnreachableException("A search is answered by the run.");
    }
}
