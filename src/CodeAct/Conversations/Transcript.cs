using CodeAct.Agents;
using CodeAct.Models;
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
        new Fold(observationRole, null).Read(events).Messages;

    /// <summary>The conversation that the events are of, to go on with.</summary>
    /// <param name="events">As above.</param>
    /// <param name="model">Which goes on with it; one that can see is shown again the pictures that there are.</param>
    /// <param name="session">Where its cells run from now on.</param>
    /// <param name="rebuilt">What became of the interpreter's state; the model is told with the next message.</param>
    public static Conversation Resume(
        IEnumerable<AgentEvent> events, Model model, IPythonSession session, InterpreterRebuilt rebuilt) =>
        new(session, Of(model, session).Read(events), rebuilt);

    /// <summary>The conversation that the events are of, in the middle of its last run.</summary>
    /// <param name="paused">The run.</param>
    /// <param name="model">Which goes on with it.</param>
    /// <param name="session">Where its cells run from now on.</param>
    public static Conversation Continue(PausedRun paused, Model model, IPythonSession session) =>
        new(session, Of(model, session).Take(paused.Events));

    private static Fold Of(Model model, IPythonSession session) =>
        new(model.ObservationRole, model.SeesImages ? session.Workspace : null);

    private const string ProgramEnded = "the program ended before the run did";

    /// <param name="observationRole">As in <see cref="Model.ObservationRole"/>.</param>
    /// <param name="pictures">Where the user's pictures are; null for a model that cannot see.</param>
    private sealed class Fold(ChatRole observationRole, Workspace? pictures)
    {
        private readonly History _history = new();
        private readonly HashSet<string> _given = [];
        private List<CellEvent>? _cell; // of the cell that runs
        private string? _callId; // of the action that is carried out
        private bool _inCall;
        private string _stopped = ProgramEnded; // why a run did not end
        private bool _running;
        private string _note = "";

        /// <summary>What was said; a run that did not end is ended here.</summary>
        public History Read(IEnumerable<AgentEvent> events)
        {
            Take(events);
            CutOff();
            return _history;
        }

        /// <summary>What was said, as far as the run has come.</summary>
        public History Take(IEnumerable<AgentEvent> events)
        {
            foreach (var happened in events)
            {
                Take(happened);
            }

            return _history;
        }

        private void Take(AgentEvent happened)
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
                    Observe(finished.Observation, finished.Sent, pictures is null ? [] : Pictures.Of(_cell ?? []));
                    _cell = null;
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

        private void CutOff()
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
            if (_history.Messages.Count == 0 && started.SystemPrompt.Length > 0)
            {
                _history.Add(ChatRole.System, started.SystemPrompt);
            }

            var given = started.Files.Where(_given.Add).Intersect(pictures?.Files() ?? []).ToList();
            _history.AddTask(
                _note + Prompts.Message(started.Task, started.Files), pictures is null ? [] : Pictures.Of(pictures, given));
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

        private void Observe(string observation, string? sent, params IReadOnlyList<AIContent> pictures) => _history.Observe(
            observationRole,
            sent ?? (_callId is null ? Prompts.Observed(observationRole, observation) : observation),
            _callId,
            pictures);
    }
}
