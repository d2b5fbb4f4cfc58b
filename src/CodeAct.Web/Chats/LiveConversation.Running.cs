using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Replay;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.Telemetry;

namespace CodeAct.Web.Chats;

internal sealed partial class LiveConversation
{
    private const string GoOn = "Go on with the task; the server was started again in between.";

    private Conversation? _conversation; // what the model is sent, of the model below in the interpreter that is awake
    private Model? _model;

    /// <summary>Takes up a message. Returns when it is in the log; the run goes on after that.</summary>
    /// <returns>The number of the last event before the run's.</returns>
    /// <exception cref="ConversationBusyException">Another one is being worked on.</exception>
    /// <exception cref="KeyNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelException">The model cannot be had; the message is not in the log then, and so below.</exception>
    /// <exception cref="NotSupportedException">The model cannot act in the mode.</exception>
    /// <exception cref="PythonUnavailableException">There is no interpreter.</exception>
    public async Task<long> SendAsync(Message message, CancellationToken cancellationToken)
    {
        if (Audience.State is ConversationState.Waiting)
        {
            throw new ConversationBusyException(Id);
        }

        var run = await BeginAsync(cancellationToken);
        try
        {
            var events = await EventsAsync(cancellationToken);
            var (agent, model) = await AgentAsync(events, message, run, cancellationToken);
            var session = await WakeAsync(cancellationToken);
            _conversation = await ConversationAsync(model, session, cancellationToken);
            if (events.Count == 0)
            {
                await RecallAsync(agent, _conversation, message.Earlier ?? []);
            }

            await KeepPointAsync(session, cancellationToken);
            var before = Audience.Last;
            await WorkAsync(agent.RunAsync(_conversation, message.Text, run.Token), model, run); // soon: no model is asked before
            return before;
        }
        catch when (!run.HasBegun)
        {
            End(run);
            throw;
        }
        finally
        {
            Audience.Prepare(null);
        }
    }

    /// <summary>Goes on with a run that was cut off when the last server ended; one that waits for an approval goes on waiting.</summary>
    /// <remarks>Only once: a run that was cut off again may be what ends servers.</remarks>
    public async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        var events = await EventsAsync(cancellationToken);
        if (Audience.State is ConversationState.Idle && events.OfType<RunStarted>().LastOrDefault()?.Task != GoOn)
        {
            await SendAsync(new Message(GoOn), cancellationToken);
        }
    }

    /// <summary>Interrupts the cell that runs, and the run when there is none or when that was done already. Else does nothing.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_run is { } run)
            {
                if (run.InCell && !run.WasInterrupted)
                {
                    run.WasInterrupted = true;
                    _session?.Interrupt();
                }
                else
                {
                    run.Cancel();
                }
            }
        }
    }

    /// <summary>Ends the run, whatever it does; without one, does nothing.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _run?.Cancel();
        }
    }

    /// <summary>Answers a call that waits for an approval, also one that has waited since before the server was started.</summary>
    /// <param name="call">As in <see cref="ApprovalRequested.Call"/>.</param>
    /// <param name="answer">What was decided.</param>
    /// <param name="cancellationToken">Stops waiting; the answer counts when the run has begun to go on.</param>
    /// <exception cref="KeyNotFoundException">No such call waits.</exception>
    public async Task AnswerAsync(long? call, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        RunUnderWay? live;
        lock (_gate)
        {
            live = _run;
        }

        if (live is not null)
        {
            live.Desk.Answer(call, answer);
            return;
        }

        var events = await EventsAsync(cancellationToken);
        var pending = PendingApproval.Of(events);
        if (pending is null || pending.Requests.All(request => request.Call != call))
        {
            throw ApprovalDesk.NoSuchCall(call);
        }

        var run = await BeginAsync(cancellationToken);
        try
        {
            run.Desk.Expect(call, answer);
            var (agent, model) = await AgentAsync(events, new Message(""), run, cancellationToken);
            Audience.Prepare("rebuilding the interpreter");
            var session = await StartAsync(cancellationToken);
            var paused = await pending.RebuildAsync(session, Options.Agent.CellTimeout, cancellationToken);
            (_session, _model, _conversation) = (session, model, Transcript.Continue(paused, model, session));
            await WorkAsync(agent.ContinueAsync(_conversation, paused, run.Token), model, run);
        }
        catch when (!run.HasBegun)
        {
            End(run);
            throw;
        }
        finally
        {
            Audience.Prepare(null);
        }
    }

    private async Task<(Agent Agent, Model Model)> AgentAsync(
        IReadOnlyList<AgentEvent> events, Message message, RunUnderWay run, CancellationToken cancellationToken)
    {
        var earlier = events.OfType<RunStarted>().ToList();
        var before = earlier.LastOrDefault()?.Model;
        var offered = _premises.Models.Find(
            message.Model ?? (_premises.Models.Offered.Any(model => model.Name == before) ? before : null));
        Audience.Prepare($"getting {offered.Alias} ready");
        var model = await _premises.Models.LoadAsync(offered, cancellationToken);
        var options = Options.Agent with
        {
            Mode = earlier is [var first, ..] ? ActionMode.Named(first.Mode) : ActionMode.Named(message.Mode),
            Tools = _premises.Tools?.Tools,
            Instructions = Joined(_premises.Tools?.Instructions, message.Instructions),
            Approver = run.Desk.DecideAsync,
            Temperature = message.Temperature ?? offered.Temperature ?? Options.Agent.Temperature,
            Seed = message.Seed ?? Options.Agent.Seed,
            MaxTokens = Math.Min(message.MaxTokens ?? long.MaxValue, Options.Agent.MaxTokens),
        };
        return (new Agent(model, options, Time), model);
    }

    private async Task<Conversation> ConversationAsync(Model model, IPythonSession session, CancellationToken cancellationToken)
    {
        if (_conversation is { } conversation && conversation.Session == session && _model == model)
        {
            return conversation;
        }

        _model = model;
        var events = await EventsAsync(cancellationToken);
        return events.Count == 0
            ? new Conversation(session)
            : Transcript.Resume(events, model, session, events[^1] as InterpreterRebuilt ?? new InterpreterRebuilt([], []));
    }

    private static string? Joined(string? first, string? second) =>
        first is null || second is null ? first ?? second : $"{first}\n\n{second}";

    private async Task RecallAsync(Agent agent, Conversation conversation, IReadOnlyList<Exchange> earlier)
    {
        foreach (var happened in earlier.SelectMany(said => agent.Recall(conversation, said.Task, said.Answer)))
        {
            await RecordAsync(happened);
        }
    }

    /// <summary>Lets a run happen. The task that is returned ends when the run has begun.</summary>
    private Task WorkAsync(IAsyncEnumerable<AgentEvent> events, Model model, RunUnderWay run)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = FollowAsync();
        return begun.Task;

        async Task FollowAsync()
        {
            try
            {
                await foreach (var happened in events.Watched(model, Id, Options.Telemetry).WithCancellation(run.Token))
                {
                    if (run.IsParked)
                    {
                        break;
                    }

                    run.Take(happened);
                    if (happened is ModelText piece)
                    {
                        Audience.Tell(piece);
                    }

                    await RecordAsync(happened);
                    run.HasBegun = true;
                    begun.TrySetResult();
                }
            }
            catch (Exception failure) when (run.HasBegun)
            {
                await FailAsync(run, failure);
            }
            catch (Exception failure) when (!run.HasBegun)
            {
                begun.TrySetException(failure);
                return;
            }

            End(run);
            begun.TrySetResult();
        }
    }

    // The edge of a run: whatever it failed of is in the log, for who asked may not be there any more.
    private async Task FailAsync(RunUnderWay run, Exception failure)
    {
        _conversation = null; // it is in the middle of something; the log is right
        try
        {
            await RecordAsync(run.Failed(failure.Message));
        }
        catch (Exception unwritten) when (unwritten is not OperationCanceledException)
        {
            Audience.Break($"{failure.Message} The log cannot be written to: {unwritten.Message}");
        }
    }

    private async Task<RunUnderWay> BeginAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task ended;
            lock (_gate)
            {
                Touch();
                if (_run is null)
                {
                    return _run = new RunUnderWay(Time);
                }

                ended = _run.IsOver ? _run.Ended : throw new ConversationBusyException(Id);
            }

            await ended.WaitAsync(cancellationToken); // who has seen its last event may be here before its end
        }
    }

    private void End(RunUnderWay run)
    {
        lock (_gate)
        {
            Touch();
            _run = null;
            run.Dispose();
        }
    }

    private async Task StopRunAsync()
    {
        Task ended;
        lock (_gate)
        {
            _run?.Cancel();
            ended = _run?.Ended ?? Task.CompletedTask;
        }

        await ended;
    }
}
