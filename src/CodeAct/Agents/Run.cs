using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using CodeAct.Actions;
using CodeAct.Models;
using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>One message of the user on its way to an answer: what has been spent, and why it stopped.</summary>
internal sealed class Run(Model model, Conversation conversation, AgentOptions options, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly ChatOptions _chatOptions = new()
    {
        StopSequences = ["</execute>"],
        MaxOutputTokens = Math.Min(options.MaxReplyTokens, Math.Max(1, (model.ContextTokens ?? int.MaxValue) / 2)),
        Temperature = options.Temperature,
        Seed = options.Seed,
    };

    // A token is rarely less than a character, so an observation of this length fits even the smallest context.
    private readonly int _observationBudget =
        Math.Min(options.ObservationBudget, Math.Max(100, model.ContextTokens ?? int.MaxValue));
    private int _turns;
    private int _cells;
    private int _unreadable;
    private long _inputTokens;
    private long _outputTokens;
    private string? _answer;
    private JsonNode? _task;

    /// <summary>Why the run is over; null while it goes on.</summary>
    public StopReason? Stop { get; set; }

    public RunStarted Begin(string task)
    {
        var system = model.SystemPrompt ?? Prompts.Code;
        if (conversation.Messages.Count == 0 && system.Length > 0)
        {
            conversation.Add(ChatRole.System, system);
        }

        var files = conversation.Session.Workspace.Files();
        conversation.Add(ChatRole.User, conversation.TakeNote() + Prompts.Message(task, files));
        _task = JsonValue.Create(task);
        var given = conversation.Session.Workspace.TakeGiven();
        return new RunStarted(task, files, model.Name, system) { Endpoint = model.Endpoint, Given = given };
    }

    /// <summary>One reply of the model, and the cell that it asks for.</summary>
    public async IAsyncEnumerable<AgentEvent> TurnAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await SetVariablesAsync(cancellationToken))
        {
            yield break;
        }

        var parser = new CodeActionParser();
        var reply = new ReplyTally(time);
        await foreach (var text in ReplyAsync(parser, reply, cancellationToken))
        {
            yield return text;
        }

        if (Stop is not null || cancellationToken.IsCancellationRequested)
        {
            yield break;
        }

        var read = parser.Complete(reply.Finish);
        var ended = reply.End(parser.Turn);
        _turns++;
        _inputTokens += ended.InputTokens ?? 0;
        _outputTokens += ended.OutputTokens;
        conversation.Add(ChatRole.Assistant, ended.Text);
        yield return ended;
        await foreach (var happened in ActAsync(read, cancellationToken))
        {
            yield return happened;
        }

        Stop ??= _turns >= options.MaxTurns ? StopReason.TurnLimit
            : _outputTokens >= options.MaxTokens ? StopReason.TokenLimit
            : null;
    }

    public RunEnded End()
    {
        var reason = Stop ?? throw new UnreachableException();
        if (reason is not StopReason.Answered)
        {
            conversation.Add(ChatRole.Assistant, Prompts.Stopped(Prompts.Why(reason)));
        }

        var totals = new RunTotals(_turns, _cells, _inputTokens, _outputTokens, time.GetElapsedTime(_started));
        return new RunEnded(reason, _answer, totals);
    }

    private async IAsyncEnumerable<AgentEvent> ReplyAsync(
        CodeActionParser parser, ReplyTally reply, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var updates = model.Client
            .GetStreamingResponseAsync(conversation.Messages, _chatOptions, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (!parser.Found && await MoveNextAsync(updates, cancellationToken))
        {
            reply.Take(updates.Current);
            if (updates.Current.Text is { Length: > 0 } text)
            {
                parser.Feed(text);
                yield return new ModelText(text);
            }
        }
    }

    private async IAsyncEnumerable<AgentEvent> ActAsync(Reply read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        switch (read)
        {
            case Answer(var text):
                (_answer, Stop) = (text, StopReason.Answered);
                break;
            case Unreadable(var reason):
                _unreadable++;
                conversation.Add(model.ObservationRole, reason);
                yield return new ReplyRejected(reason);
                Stop = _unreadable >= options.MaxUnreadable ? StopReason.Unreadable : null;
                break;
            case CodeAction when _cells >= options.MaxCells:
                Stop = StopReason.CellLimit;
                Observe(Prompts.NotRun);
                break;
            case CodeAction(_, var code):
                _unreadable = 0;
                _cells++;
                await foreach (var happened in RunCellAsync(code, cancellationToken))
                {
                    yield return happened;
                }

                break;
            default:
                throw new UnreachableException($"No case for {read.GetType().Name}.");
        }
    }

    private async IAsyncEnumerable<AgentEvent> RunCellAsync(
        string code, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new CellStarted(code);
        var shown = new List<CellEvent>();
        await using var cell = conversation.Session
            .RunAsync(new Cell(code) { Timeout = options.CellTimeout }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(cell, cancellationToken))
        {
            shown.Add(cell.Current);
            if (cell.Current is not CellEnded ended)
            {
                yield return new CellOutput(cell.Current);
                continue;
            }

            var observation = ObservationText.Of(shown, _observationBudget);
            Observe(observation);
            yield return new CellFinished(ended, observation);
            yield break;
        }

        Observe(ObservationText.Of([.. shown, Prompts.CellCutOff], _observationBudget));
    }

    // The interpreter keeps these, so that code can take data from the task's text instead of writing it again.
    private async Task<bool> SetVariablesAsync(CancellationToken cancellationToken)
    {
        if (_turns > 0)
        {
            return true;
        }

        try
        {
            var files = new JsonArray([.. conversation.Session.Workspace.Files().Select(file => JsonValue.Create(file))]);
            await conversation.Session.SetVariableAsync("task", _task, cancellationToken);
            await conversation.Session.SetVariableAsync("files", files, cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask<bool> MoveNextAsync<T>(IAsyncEnumerator<T> source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.MoveNextAsync();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (ContextOverflowException)
        {
            Stop = StopReason.ContextFull;
            return false;
        }
    }

    private void Observe(string observation) =>
        conversation.Add(model.ObservationRole, Prompts.Observed(model.ObservationRole, observation));
}
