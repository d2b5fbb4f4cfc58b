using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.Conversations.Replay;

/// <summary>Answers a cell's calls with what they were answered when it ran first; the host's tools are never called.</summary>
internal sealed class RecordedTools : IToolHost
{
    private readonly List<(ToolCalled Call, ToolReturned Answer)> _recorded = []; // not yet asked for; guarded by itself
    private readonly ConcurrentQueue<string> _differences = [];

    /// <param name="cell">The cell.</param>
    /// <param name="tools">Those that the session has today; null for none.</param>
    public RecordedTools(RecordedCell cell, IToolHost? tools)
    {
        var answers = cell.Shown.OfType<ToolReturned>().ToDictionary(returned => returned.Call);
        foreach (var call in cell.Shown.OfType<ToolCalled>())
        {
            if (answers.TryGetValue(call.Call, out var answer))
            {
                _recorded.Add((call, answer));
            }
        }

        Definitions = tools?.Definitions ?? Made(_recorded.Select(one => one.Call));
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Definitions { get; }

    /// <summary>How the calls differed from the recorded ones, once the cell is over.</summary>
    public IEnumerable<string> Differences()
    {
        lock (_recorded)
        {
            return [.. _differences, .. _recorded.Select(one => $"did not call {one.Call.Name}({one.Call.Arguments}) again")];
        }
    }

    /// <inheritdoc/>
    public Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken)
    {
        lock (_recorded)
        {
            var index = _recorded.FindIndex(one => one.Call.Name == wanted.Name && Same(one.Call.Arguments, wanted.Arguments));
            if (index >= 0)
            {
                var answer = _recorded[index].Answer;
                _recorded.RemoveAt(index);
                return Task.FromResult(Answer(answer));
            }
        }

        _differences.Enqueue($"called {wanted.Name}({wanted.Arguments.GetRawText()}), which it had not, and was refused");
        return Task.FromResult<ToolAnswer>(new ToolFailure(
            ToolFailureKind.Refused, "the conversation is being rebuilt, and this call was not made when the cell ran first"));
    }

    internal static ToolAnswer Answer(ToolReturned answer)
    {
        if (answer.Error is { } error)
        {
            return new ToolFailure(answer.Kind ?? ToolFailureKind.Error, error);
        }

        using var result = JsonDocument.Parse(answer.Result ?? "null");
        return answer.Bytes is true
            ? new ToolBytes(result.RootElement.GetBytesFromBase64())
            : new ToolValue(result.RootElement.Clone());
    }

    internal static bool Same(string recorded, JsonElement arguments)
    {
        using var json = JsonDocument.Parse(recorded);
        return JsonElement.DeepEquals(json.RootElement, arguments);
    }

    // Where today's session has no tools: what the recorded calls tell of those of that time.
    private static byte[] Made(IEnumerable<ToolCalled> calls)
    {
        var definitions = new JsonArray();
        foreach (var tool in calls.GroupBy(call => call.Name, StringComparer.Ordinal))
        {
            var names = tool.SelectMany(call => JsonNode.Parse(call.Arguments)!.AsObject().Select(argument => argument.Key)).Distinct();
            definitions.Add(new JsonObject
            {
                ["name"] = tool.Key,
                ["parameters"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject()))),
                },
            });
        }

        return JsonSerializer.SerializeToUtf8Bytes(definitions);
    }
}
