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
    public static IReadOnlyList<ChatMessage> Of(IEnumerable<AgentEvent> events, ChatRole observationRole)
    {
        var fold = new Fold(observationRole);
        foreach (var happened in events)
        {
            fold.Take(happened);
        }

        fold.CutOff();
        return fold.Messages;
    }

    private sealed class Fold(ChatRole observationRole)
    {
        private List<CellEvent>? _cell; // of the cell that runs
        private bool _running;
        private string _note = "";

        public List<ChatMessage> Messages { get; } = [];

        public void Take(AgentEvent happened)
        {
            switch (happened)
            {
                case RunStarted started:
                    CutOff();
                    Begin(started);
                    break;
                case ReplyEnded ended:
                    Add(ChatRole.Assistant, ended.Text);
                    break;
                case ReplyRejected(var reason):
                    Add(observationRole, reason);
                    break;
                case CellStarted:
                    _cell = [];
                    break;
                case CellOutput(var shown):
                    _cell?.Add(shown);
                    break;
                case CellFinished finished:
                    _cell = null;
                    Observe(finished.Observation);
                    break;
                case RunEnded ended:
                    End(ended.Reason);
                    break;
                case InterpreterRebuilt rebuilt:
                    CutOff();
                    _note = rebuilt.NoteForModel;
                    break;
                case ModelText: // a reply that broke off was never part of the conversation
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"No message for {happened.GetType().Name}.");
            }
        }

        public void CutOff()
        {
            if (_running)
            {
                EndCell();
                Add(ChatRole.Assistant, Prompts.Stopped("the program ended before the run did"));
                _running = false;
            }
        }

        private void Begin(RunStarted started)
        {
            if (Messages.Count == 0 && started.SystemPrompt.Length > 0)
            {
                Add(ChatRole.System, started.SystemPrompt);
            }

            Add(ChatRole.User, _note + Prompts.Message(started.Task, started.Files));
            (_running, _note) = (true, "");
        }

        private void End(StopReason reason)
        {
            EndCell();
            if (reason is StopReason.CellLimit)
            {
                Observe(Prompts.NotRun);
            }

            if (reason is not StopReason.Answered)
            {
                Add(ChatRole.Assistant, Prompts.Stopped(Prompts.Why(reason)));
            }

            _running = false;
        }

        private void EndCell()
        {
            if (_cell is { } shown)
            {
                _cell = null;
                Observe(Actions.ObservationText.Of([.. shown, Prompts.CellCutOff]));
            }
        }

        private void Observe(string observation) => Add(observationRole, Prompts.Observed(observationRole, observation));

        private void Add(ChatRole role, string text) => Messages.Add(new ChatMessage(role, text));
    }
}
