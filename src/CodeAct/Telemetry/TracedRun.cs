using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Agents;
using CodeAct.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static CodeAct.Telemetry.Instruments;

namespace CodeAct.Telemetry;

/// <summary>Makes a run a span, a few measurements and log records, out of the events that it yields.</summary>
internal sealed partial class TracedRun(Model model, string? conversation, TelemetryOptions options)
{
    private readonly ILogger _log = options.Logs?.CreateLogger(Name) ?? NullLogger.Instance;
    private readonly ChatClientMetadata? _client = model.Client.GetService<ChatClientMetadata>();

    private string Provider => _client?.ProviderName ?? model.Name.Split(':')[0];

    private string ModelId => _client?.DefaultModelId ?? model.Name[(model.Name.IndexOf(':') + 1)..];

    public async IAsyncEnumerable<AgentEvent> WatchAsync(
        IAsyncEnumerable<AgentEvent> run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var span = Source.StartActivity(
            ActivityKind.Internal,
            name: $"invoke_agent {AgentName}",
            tags:
            [
                new(Tags.Operation, "invoke_agent"),
                new(Tags.Agent, AgentName),
                new(Tags.Provider, Provider),
                new(Tags.Model, ModelId),
                new(Tags.Conversation, conversation),
            ]);
        var began = options.Time.GetTimestamp();
        await using var events = run.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            Activity.Current = span ?? Activity.Current; // forgotten at each yield
            if (!await MoveNextAsync(events, span, began))
            {
                yield break;
            }

            Tell(events.Current, span);
            yield return events.Current;
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<AgentEvent> events, Activity? span, long began)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var error = (failure as ModelException)?.Kind.ToString() ?? failure.GetType().Name;
            span?.SetTag(Tags.Error, error).SetStatus(ActivityStatusCode.Error);
            RunDuration.Record(options.Time.GetElapsedTime(began).TotalSeconds, Labels(Tags.Error, error));
            Failed(_log, error);
            throw;
        }
    }

    private void Tell(AgentEvent happened, Activity? span)
    {
        switch (happened)
        {
            case RunStarted started:
                span?.SetTag(Tags.Mode, started.Mode ?? "code");
                Content(span, Tags.Input, "user", started.Task);
                Started(_log, ModelId, conversation);
                break;
            case ReplyRejected:
                Rejected(_log);
                break;
            case CellFinished { Result: { VariablesKept: false } lost }:
                Lost(_log, lost.Status);
                break;
            case HistoryCompacted compacted:
                Compacted(_log, compacted.Dropped);
                break;
            case RunEnded ended:
                End(ended, span);
                break;
        }
    }

    private void End(RunEnded ended, Activity? span)
    {
        var totals = ended.Totals;
        var reason = JsonNamingPolicy.SnakeCaseLower.ConvertName(ended.Reason.ToString());
        span?.SetTag(Tags.StopReason, reason)
            .SetTag(Tags.Turns, totals.Turns)
            .SetTag(Tags.Cells, totals.Cells)
            .SetTag(Tags.InputTokens, totals.InputTokens)
            .SetTag(Tags.OutputTokens, totals.OutputTokens)
            .SetTag(Tags.Cost, (double?)totals.Cost);
        Content(span, Tags.Output, "assistant", ended.Answer ?? "");
        var labels = Labels(Tags.StopReason, reason);
        RunDuration.Record(totals.Elapsed.TotalSeconds, labels);
        ModelCalls.Record(totals.Turns, labels);
        ToolCalls.Record(totals.Cells + (totals.Calls ?? 0), labels);
        Ended(_log, reason, totals.Turns, totals.Cells, totals.OutputTokens, totals.Elapsed.TotalSeconds);
    }

    private TagList Labels(string name, string value) => new()
    {
        { Tags.Operation, "invoke_agent" },
        { Tags.Agent, AgentName },
        { Tags.Provider, Provider },
        { Tags.Model, ModelId },
        { name, value },
    };

    private void Content(Activity? span, string tag, string role, string text)
    {
        if (options.IncludeContent)
        {
            span?.SetTag(tag, new JsonArray(new JsonObject
            {
                ["role"] = role,
                ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = text }),
            }).ToJsonString());
        }
    }

    [LoggerMessage(LogLevel.Information, "A run of {Model} began in conversation {Conversation}.")]
    private static partial void Started(ILogger logger, string model, string? conversation);

    [LoggerMessage(LogLevel.Information, "The run ended: {Reason}, after {Turns} turns, {Cells} cells, {Tokens} tokens and {Seconds} s.")]
    private static partial void Ended(ILogger logger, string reason, int turns, int cells, long tokens, double seconds);

    [LoggerMessage(LogLevel.Error, "The run failed: {Error}.")]
    private static partial void Failed(ILogger logger, string error);

    [LoggerMessage(LogLevel.Warning, "A reply of the model could not be used, and it was told so.")]
    private static partial void Rejected(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "A cell took the interpreter and its variables with it: {Status}.")]
    private static partial void Lost(ILogger logger, Python.CellStatus status);

    [LoggerMessage(LogLevel.Information, "{Messages} messages were left out of what the model is sent, to make room.")]
    private static partial void Compacted(ILogger logger, int messages);
}
