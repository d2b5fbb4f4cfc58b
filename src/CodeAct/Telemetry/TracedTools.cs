using System.Text.Json;
using CodeAct.Python;

namespace CodeAct.Telemetry;

/// <summary>Makes each call a span, under which the tool works.</summary>
internal sealed class TracedTools(IToolHost inner, TelemetryOptions options) : IToolHost
{
    private static readonly AsyncLocal<ToolCall?> _traced = new(); // a host may hold another one that is traced too

    private readonly Lazy<HashSet<string>> _names = new(() => Names(inner.Definitions.Span));

    public ReadOnlyMemory<byte> Definitions => inner.Definitions;

    public async Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken)
    {
        if (_traced.Value is { } outer && (outer.Name, outer.Number) == (wanted.Name, wanted.Number))
        {
            return await inner.CallAsync(wanted, cancellationToken);
        }

        _traced.Value = wanted;
        using var span = new ToolSpan(_names.Value.Contains(wanted.Name) ? wanted.Name : Instruments.Other, options.Time);
        var answer = await inner.CallAsync(wanted, cancellationToken);
        span.End(Error(answer));
        if (options.IncludeContent)
        {
            span.Activity?.SetTag(Instruments.Tags.Arguments, wanted.Arguments.GetRawText()).SetTag(Instruments.Tags.Result, Shown(answer));
        }

        return answer;
    }

    private static string? Error(ToolAnswer answer) => (answer as ToolFailure)?.Kind switch
    {
        null => null,
        ToolFailureKind.Refused => "refused",
        ToolFailureKind.Arguments => "arguments",
        _ => "tool_error",
    };

    private static string Shown(ToolAnswer answer) => answer switch
    {
        ToolValue value => value.Value.GetRawText(),
        ToolBytes bytes => $"{bytes.Data.Length} bytes",
        ToolFailure failure => failure.Message,
        _ => throw new System.Diagnostics.UnreachableException($"No words for {answer.GetType().Name}."),
    };

    private static HashSet<string> Names(ReadOnlySpan<byte> definitions) =>
        [.. (JsonSerializer.Deserialize<List<JsonElement>>(definitions) ?? []).Select(tool => tool.GetProperty("name").GetString()!)];
}
