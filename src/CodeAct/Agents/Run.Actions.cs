using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CodeAct.Actions;
using CodeAct.Python;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

// What becomes of an action: a cell, a call of a tool, an answer, or a word to the model.
internal sealed partial class Run
{
    private ToolSearch Search => field ??= new ToolSearch(_setting.ByName);

    private async IAsyncEnumerable<AgentEvent> ActAsync(Reply action, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        switch (action)
        {
            case Answer when options.Typed is not null:
                yield return Reject(Prompts.CallFinalAnswer, null);
                yield break;
            case Answer(var text):
                if (await CheckAsync(text, cancellationToken) is { } rejected)
                {
                    yield return rejected;
                }

                yield break;
            case Unreadable(var reason):
                yield return Reject(reason, action.CallId);
                yield break;
            case var _ when _cells + _calls >= options.MaxCells:
                Stop = StopReason.CellLimit;
                conversation.History.NotRun(model.ObservationRole, Prompts.NotRun);
                yield break;
        }

        _unreadable = 0;
        var happens = action switch
        {
            CodeAction(_, var code) => RunCellAsync(code, null, null, cancellationToken),
            ToolAction call => CallAsync(call, cancellationToken),
            _ => throw new UnreachableException($"No case for {action.GetType().Name}."),
        };
        await foreach (var happened in happens.WithCancellation(cancellationToken))
        {
            yield return happened;
        }
    }

    /// <summary>Ends the run with a right answer, or a wrong one that was the last; null then.</summary>
    private async Task<ReplyRejected?> CheckAsync(string answer, CancellationToken cancellationToken)
    {
        var check = options.Check is { } isRight ? await isRight(answer, cancellationToken) : new AnswerCheck(IsRight: true);
        if (check.IsRight || ++_wrong >= options.MaxAnswers)
        {
            (_answer, Stop) = (answer, check.IsRight ? StopReason.Answered : StopReason.WrongAnswer);
            return null;
        }

        _unreadable = 0;
        return Tell(check.Feedback ?? Prompts.WrongAnswer, null);
    }

    private ReplyRejected Reject(string reason, string? callId)
    {
        _unreadable++;
        Stop = _unreadable >= options.MaxUnreadable ? StopReason.Unreadable : null;
        return Tell(reason, callId);
    }

    private ReplyRejected Tell(string reason, string? callId)
    {
        var sent = callId is null && _mode.Format.Solutions is not null ? Worded(reason) : null;
        conversation.History.Observe(model.ObservationRole, sent ?? reason, callId);
        return new ReplyRejected(reason) { CallId = callId, Sent = sent };
    }

    private async IAsyncEnumerable<AgentEvent> RunCellAsync(
        string code, string? callId, string? reminder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!options.Persistent && !await RestartAsync(cancellationToken))
        {
            yield break;
        }

        _cells++;
        yield return new CellStarted(code) { CallId = callId };
        var shown = new List<CellEvent>();
        await foreach (var happened in ShowCellAsync(code, cancellationToken))
        {
            shown.AddRange(happened is CellOutput(var output) ? [output] : []);
            if (happened is not CellFinished(var ended, _))
            {
                yield return happened;
                continue;
            }

            shown.Add(ended);
            var notes = Differences(shown);
            var error = shown.OfType<PythonError>().LastOrDefault();
            var told = Reminded(ObservationText.Of(shown, _observationBudget, _mode.Format), reminder);
            var observation = Watched(
                code,
                Reminded(told, notes is null ? null : Prompts.RanAgain(notes)),
                error is null ? ended.Reason : $"{error.Name}: {error.Message}");
            var pictures = model.SeesImages ? Pictures.Of(shown) : [];
            yield return new CellFinished(ended, observation) { Sent = Observe(observation, callId, pictures), Notes = notes };
            yield break;
        }

        var cutOff = ObservationText.Of([.. shown, Prompts.CellCutOff], _observationBudget);
        conversation.History.Observe(model.ObservationRole, callId is null ? Observed(cutOff) : cutOff, callId);
    }

    /// <summary>Runs a cell: what it shows, and what is said about its calls meanwhile; its end is without an observation.</summary>
    private async IAsyncEnumerable<AgentEvent> ShowCellAsync(string code, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var replaying = Replaying();
        BeginAction(code);
        await using var cell = conversation.Session
            .RunAsync(new Cell(code) { Timeout = options.CellTimeout }, stop.Token)
            .GetAsyncEnumerator(stop.Token);
        while (true)
        {
            var moving = MoveNextAsync(cell, stop.Token).AsTask();
            await foreach (var happened in MeanwhileAsync(moving, stop).WithCancellation(CancellationToken.None))
            {
                yield return happened;
            }

            if (!await moving)
            {
                yield break;
            }

            yield return cell.Current is CellEnded ended ? new CellFinished(ended, "") : new CellOutput(cell.Current);
            if (cell.Current is ToolCalled call)
            {
                _gate?.News.Saw(call.Call);
            }
        }
    }

    /// <summary>Calls a tool by its name, or runs the code that is the argument of <c>execute_code</c>.</summary>
    private async IAsyncEnumerable<AgentEvent> CallAsync(ToolAction call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var offered = _mode.Offered(_setting) ?? throw new UnreachableException("Code mode calls nothing by name.");
        var misuse = Bind(offered, call, out var arguments);
        if (misuse is null && offered != _setting.ByName)
        {
            var code = CodeText.Unwrap(arguments.EnumerateObject().Single().Value.GetString()!);
            await foreach (var happened in RunCellAsync(code, call.CallId, call.Reminder, cancellationToken))
            {
                yield return happened;
            }

            yield break;
        }

        _calls++;
        yield return new CallStarted(call.Tool, (misuse is null ? arguments : call.Arguments).GetRawText()) { CallId = call.CallId };
        var began = time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var replaying = Replaying();
        BeginAction(null);
        var answering = misuse is not null
            ? Task.FromResult<ToolAnswer?>(new ToolFailure(ToolFailureKind.Arguments, misuse))
            : AnswerAsync(new ToolCall(call.Tool, arguments, conversation.Session.Workspace), stop.Token);
        await foreach (var happened in MeanwhileAsync(answering, stop).WithCancellation(CancellationToken.None))
        {
            yield return happened;
        }

        var answer = await answering;
        if (answer is null)
        {
            conversation.History.NotRun(model.ObservationRole, Prompts.CallCutOff);
            yield break;
        }

        var (result, error) = (answer as ToolValue, answer as ToolFailure);
        var notes = Differences([]);
        var told = Reminded(ObservationText.OfCall(answer, _observationBudget, _mode.Format), call.Reminder);
        var observation = Watched(
            $"{call.Tool} {call.Arguments.GetRawText()}",
            Reminded(told, notes is null ? null : Prompts.RanAgain(notes)),
            error?.Message);
        var bytes = answer as ToolBytes;
        yield return new CallFinished(
            bytes is null ? result?.Value.GetRawText() : $"\"{Convert.ToBase64String(bytes.Data.Span)}\"",
            error?.Message,
            time.GetElapsedTime(began),
            observation)
        {
            Sent = Observe(observation, call.CallId),
        };
    }

    /// <summary>Why a call fits no tool that is offered; null when it fits one.</summary>
    private string? Bind(ToolCatalog offered, ToolAction call, out JsonElement arguments)
    {
        arguments = default;
        if ((offered.Find(call.Tool) ?? Search.Listed.Find(call.Tool)) is not { } tool)
        {
            return offered.Unknown(call.Tool);
        }

        var given = call.Arguments.ValueKind is JsonValueKind.String
            ? TextCall.Arguments(call.Arguments.GetString()!, [.. tool.All.Select(parameter => (parameter.Name, parameter.Type))])
            : call.Arguments;
        return tool.Bind(given, out arguments);
    }

    // The same way as a call from code goes: what wraps the tools, such as an approval, sees both.
    private async Task<ToolAnswer?> AnswerAsync(ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            if (call.Name == ToolSearch.Name && _setting.ByName.Find(call.Name) is null)
            {
                return Search.Answer(call.Arguments.GetProperty("words").GetString()!);
            }

            return _setting.Tools.Find(call.Name) is { RunsInSession: true }
                ? await AnswerInSessionAsync(call, cancellationToken)
                : await conversation.Session.Tools!.CallAsync(call, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<bool> RestartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await conversation.Session.RestartAsync(cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>An observation, with a word about it when the model goes round in circles; the second time, the run ends.</summary>
    private string Watched(string action, string observation, string? error)
    {
        _lastError = error ?? _lastError;
        if (_stuck.Take(action, observation, error) is not { } pattern)
        {
            return observation;
        }

        if (_isWarned)
        {
            (Stop, _detail) = (StopReason.Stuck, pattern);
            return observation;
        }

        _isWarned = true;
        return $"{observation}\n[{Prompts.Circles(pattern)}]";
    }

    /// <summary>Shows the model what came of its action; gives the message when it is not worded as in code mode.</summary>
    private string? Observe(string observation, string? callId, params IReadOnlyList<AIContent> pictures)
    {
        var sent = callId is null ? Worded(observation) : observation;
        conversation.History.Observe(model.ObservationRole, sent, callId, pictures);
        return callId is not null || sent == Observed(observation) ? null : sent;
    }

    private string Observed(string observation) => Prompts.Observed(model.ObservationRole, observation);

    private string Worded(string observation) =>
        _mode.Format.Observed(observation, model.ObservationRole == ChatRole.User, options.MaxTurns - _turns, _wrong);

    private static string Reminded(string observation, string? reminder) => reminder is null ? observation : $"{observation}\n[{reminder}]";
}
