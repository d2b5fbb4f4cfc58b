using System.Runtime.CompilerServices;
using CodeAct.Actions;
using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

// Calls that need an approval, and a run that goes on at one.
internal sealed partial class Run
{
    private ApprovalGate? _gate;
    private PausedRun? _paused; // until its action has run again

    /// <summary>Puts the gate before the tools, where a call may need an approval.</summary>
    public void Guard(Waits clocks)
    {
        var tools = conversation.Session.Tools;
        if (tools is not null && (options.Approval is not null || _setting.Tools.Tools.Any(tool => tool.NeedsApproval)))
        {
            conversation.Session.Tools = _gate = new ApprovalGate(tools, options, clocks);
        }
    }

    /// <summary>Takes up a run at the action that waited.</summary>
    public async IAsyncEnumerable<AgentEvent> ContinueAsync(
        PausedRun paused, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var run = paused.Events.Skip(paused.Events.Index().Last(one => one.Item is RunStarted).Index).ToList();
        _turns = run.OfType<ReplyEnded>().Count();
        _cells = run.OfType<CellFinished>().Count();
        _calls = run.OfType<CallFinished>().Count();
        _inputTokens = run.OfType<ReplyEnded>().Sum(reply => reply.InputTokens ?? 0);
        _outputTokens = run.OfType<ReplyEnded>().Sum(reply => reply.OutputTokens);
        foreach (var answered in run.OfType<ApprovalAnswered>().Where(answered => answered.Always is true))
        {
            _gate?.AllowAlways(answered.Tool);
        }

        _paused = paused;
        yield return new RunContinued(paused.Rebuilt.Cells, paused.Rebuilt.Notes);
        var at = run.FindLastIndex(happened => happened is ReplyEnded);
        var done = run.Skip(at).Count(happened => happened is CellFinished or CallFinished or ReplyRejected);
        await foreach (var happened in ActAllAsync([.. ActionsOf((ReplyEnded)run[at]).Skip(done)], cancellationToken))
        {
            yield return happened;
        }
    }

    // What the history keeps of a reply is read as the reply was.
    private IReadOnlyList<Reply> ActionsOf(ReplyEnded reply)
    {
        var reader = _mode.Read(_setting);
        var calls = reply.Calls?.Select(AIContent (call) => Function(call)) ?? [];
        reader.Take(new ChatResponseUpdate(ChatRole.Assistant, [new TextContent(reply.Text), .. calls]));
        return reader.Complete(ReplyFinish.Stopped).Actions;
    }

    private static FunctionCallContent Function(NativeCall call)
    {
        using var arguments = System.Text.Json.JsonDocument.Parse(call.Arguments);
        return new FunctionCallContent(call.Id, call.Name, arguments.RootElement.EnumerateObject().ToDictionary(
            argument => argument.Name, object? (argument) => argument.Value.Clone()));
    }

    private void BeginAction(string? code)
    {
        if (_gate is { } gate)
        {
            gate.Code = code;
            gate.News.Begin();
        }
    }

    /// <summary>What the gate has to tell while a step is under way.</summary>
    private async IAsyncEnumerable<AgentEvent> MeanwhileAsync(Task step, CancellationTokenSource stop)
    {
        if (_gate is not { } gate)
        {
            yield break;
        }

        try
        {
            while (await gate.News.NextAsync(step) is { } said)
            {
                if (said.Event is not { } happened)
                {
                    Stop = StopReason.ApprovalPending;
                    yield break;
                }

                yield return happened;
                said.Told.TrySetResult();
            }
        }
        finally
        {
            await SettleAsync(step, stop);
        }
    }

    /// <summary>Lets the tools answer from the log while an action that waited runs again.</summary>
    private Undo? Replaying()
    {
        if (_paused is not { } paused)
        {
            return null;
        }

        var tools = conversation.Session.Tools;
        conversation.Session.Tools = paused.Replay(tools);
        return new Undo(() => conversation.Session.Tools = tools);
    }

    /// <summary>What came out otherwise in an action that ran again, and before it; null when it was the first time.</summary>
    private IReadOnlyList<string>? Differences(IReadOnlyList<CellEvent> shown)
    {
        var notes = _paused is { } paused ? (IReadOnlyList<string>)[.. paused.Rebuilt.Notes, .. paused.Differences(shown)] : [];
        _paused = null;
        return notes.Count > 0 ? notes : null;
    }

    // Whoever reads the events may have stopped, too.
    private static async Task SettleAsync(Task step, CancellationTokenSource stop)
    {
        if (!step.IsCompleted)
        {
            await stop.CancelAsync();
            await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private sealed class Undo(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}
