using System.Text.Json;
using CodeAct.Python;

namespace CodeAct.Tools;

/// <summary>The tools of two hosts; what both have is the first one's.</summary>
/// <param name="first">Asked first.</param>
/// <param name="second">Has the rest.</param>
public sealed class JoinedTools(IToolHost first, IToolHost second) : IToolHost
{
    private readonly HashSet<string> _first = [.. Read(first).Select(Name)];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Definitions => JsonSerializer.SerializeToUtf8Bytes(
        Read(first).Concat(Read(second).Where(definition => !_first.Contains(Name(definition)))));

    /// <inheritdoc/>
    public Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken) =>
        (_first.Contains(wanted.Name) ? first : second).CallAsync(wanted, cancellationToken);

    private static List<JsonElement> Read(IToolHost host) => JsonSerializer.Deserialize<List<JsonElement>>(host.Definitions.Span) ?? [];

    private static string Name(JsonElement definition) => definition.GetProperty("name").GetString()!;
}
