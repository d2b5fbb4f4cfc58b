using CodeAct.Agents;
using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Conversations;

/// <summary>What the model was sent, read from the events: the same messages that <see cref="Conversation"/> had.</summary>
public static class Transcript
{
    /// <summary>The messages: at most one of the system, then the user's, the model's and the observations.</summary>
    /// <param name="events">A conversation from its beginning. A run that was cut off is ended with a sentence that says so.</param>
    /// <param name="observationRole">As in <see cref="Models.Model.ObservationRole"/>.</param>
    public static IReadOnlyList<ChatMessage> Of(IEnumerable<AgentEvent> events, ChatRole observationRole) =>
        HistoryOf(events, observationRole).Messages;

    /// <summary>The conversation that the events are of, to go on with.</summary>
    /// <param name="events">As above.</param>
    /// <param name="observationRole">As above.</param>
    /// <param name="session">Where its cells run from now on.</param>
    /// <param name="rebuilt">What became of the interpreter's state; the model is told with the next message.</param>
    public static Conversation Resume(
        IEnumerable<AgentEvent> events, ChatRole observationRole, IPythonSession session, InterpreterRebuilt rebuilt) =>
        new(session, HistoryOf(events, observationRole), rebuilt);

    /// <summary>The conversation that the events are of, in the middle of its last run.</summary>
    /// <param name="paused">The run.</param>
    /// <param name="observationRole">As above.</param>
    /// <param name="session">Where its cells run from now on.</param>
    public static Conversation Continue(PausedRun paused, ChatRole observationRole, IPythonSession session) =>
        new(session, Read(paused.Events, observationRole).History);

    private static History HistoryOf(IEnumerable<AgentEvent> events, ChatRole observationRole)
    {
        var fold = Read(events, observationRole);
        fold.CutOff();
        return fold.History;
    }

    private static Fold Read(IEnumerable<AgentEvent> events, ChatRole observationRole)
    {
        var fold = new Fold(observationRole);
        foreach (var happened in events)
        {
            fold.Take(happened);
        }

        return fold;
    }

    private const string ProgramEnded = "the program ended before the run did";

    private sealed class Fold(ChatRole observationRole)
    {
        private readonly History _history = new();

        public History History => _history;

        private List<CellEvent>? _cell; // of the cell that runs
        private string? _callId; // of the action that is carried out
        private bool _inCall;
        private string _stopped = ProgramEnded; // why a run did not end
        private bool _running;
        private string _note = "";

        public IReadOnlyList<ChatMessage> Messages => _history.Messages;

        public void Take(AgentEvent happened)
        {
            switch (happened)
            {
                case RunStarted started:
                    CutOff();
                    Begin(started);
                    break;
                case ReplyEnded ended:
                    _history.Reply(ended.Text, ended.Calls);
                    break;
                case ReplyRejected rejected:
                    _history.Observe(observationRole, rejected.Sent ?? rejected.Reason, rejected.CallId);
                    break;
                case CellStarted started:
                    (_cell, _callId) = ([], started.CallId);
                    break;
                case CallStarted started:
                    (_inCall, _callId) = (true, started.CallId);
                    break;
                case CallFinished finished:
                    _inCall = false;
                    Observe(finished.Observation, finished.Sent);
                    break;
                case CellOutput(var shown):
                    _cell?.Add(shown);
                    break;
                case CellFinished finished:
                    _cell = null;
                    Observe(finished.Observation, finished.Sent);
                    break;
                case HistoryCompacted compacted:
                    _history.Compact(compacted.Kept, compacted.Note);
                    break;
                case RunEnded { Reason: StopReason.ApprovalPending }: // it may go on
                    _stopped = Prompts.Why(StopReason.ApprovalPending);
                    break;
                case RunEnded ended:
                    End(ended.Reason);
                    break;
                case RunContinued: // the action that waited is begun again
                    (_cell, _inCall, _running, _stopped) = (null, false, true, ProgramEnded);
                    break;
                case InterpreterRebuilt rebuilt:
                    CutOff();
                    _note = rebuilt.NoteForModel;
                    break;
                case ModelText: // a reply that broke off was never part of the conversation
                    break;
                case ApprovalRequested or ApprovalAnswered: // the model knows nothing of them
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"No message for {happened.GetType().Name}.");
            }
        }

        public void CutOff()
        {
            if (_running)
            {
                EndAction();
                _history.Add(ChatRole.Assistant, Prompts.Stopped(_stopped));
                (_running, _stopped) = (false, ProgramEnded);
            }
        }

        private void Begin(RunStarted started)
        {
            if (Messages.Count == 0 && started.SystemPrompt.Length > 0)
            {
                _history.Add(ChatRole.System, started.SystemPrompt);
            }

            _history.AddTask(_note + Prompts.Message(started.Task, started.Files));
            (_running, _note) = (true, "");
        }

        private void End(StopReason reason)
        {
            EndAction();
            if (reason is StopReason.CellLimit)
            {
                _history.NotRun(observationRole, Prompts.NotRun);
            }

            if (reason is not StopReason.Answered)
            {
                _history.Add(ChatRole.Assistant, Prompts.Stopped(Prompts.Why(reason)));
            }

            _running = false;
        }

        private void EndAction()
        {
            if (_cell is { } shown)
            {
                _cell = null;
                Observe(Actions.ObservationText.Of([.. shown, Prompts.CellCutOff]), null);
            }

            if (_inCall)
            {
                _inCall = false;
                _history.NotRun(observationRole, Prompts.CallCutOff);
            }
        }

        private void Observe(string observation, string? sent) => _history.Observe(
            observationRole, sent ?? (_callId is null ? Prompts.Observed(observationRole, observation) : observation), _callId);
    }
}
