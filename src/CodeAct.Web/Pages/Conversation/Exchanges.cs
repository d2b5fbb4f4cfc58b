using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Web.Chats;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>What the page shows of a conversation, folded from what its follower is told.</summary>
public sealed class Exchanges
{
    private readonly List<Exchange> _all = [];
    private readonly List<Part> _before = []; // what was said between two messages
    private int _cells;
    private Writing? _writing;

    /// <summary>The messages with what came of them.</summary>
    public IReadOnlyList<Exchange> All => _all;

    /// <summary>What the conversation does.</summary>
    public ConversationState State { get; private set; }

    /// <summary>What is being done before the model is asked; null for nothing.</summary>
    public string? Preparing { get; private set; }

    /// <summary>Why the log could not be written to; null when it could.</summary>
    public string? Broken { get; private set; }

    /// <summary>It was deleted.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Everything that there was when the follower came has been told.</summary>
    public bool IsCaughtUp { get; private set; }

    /// <summary>The model that was asked last; null before one was.</summary>
    public string? Model => _all.LastOrDefault()?.Started.Model;

    /// <summary>A cell runs.</summary>
    public bool InCell => State is ConversationState.Running
        && Current?.Parts.LastOrDefault(part => part is CellPart) is CellPart { Result: null };

    private Exchange? Current => _all.LastOrDefault();

    internal void Take(LiveEvent told)
    {
        switch (told)
        {
            case Happened(var stored):
                Take(stored);
                break;
            case Streamed(var piece):
                Write(piece);
                break;
            case StreamedSoFar(var pieces):
                EndWriting();
                foreach (var piece in pieces)
                {
                    Write(piece);
                }

                break;
            case Chats.Preparing(var what):
                Preparing = what;
                break;
            case CaughtUp(var state):
                (State, IsCaughtUp) = (state, true);
                break;
            case Chats.Broken(var why):
                (Broken, State) = (why, ConversationState.Idle);
                EndWriting();
                break;
            case Deleted:
                IsDeleted = true;
                break;
        }
    }

    private void Take(StoredEvent stored)
    {
        var happened = stored.Entry.Event;
        if (happened is RunStarted started)
        {
            EndWriting();
            State = ConversationState.Running;
            var exchange = new Exchange(stored.Number, started);
            _before.ForEach(exchange.Parts.Add);
            _before.Clear();
            _all.Add(exchange);
        }
        else if (happened is InterpreterRebuilt rebuilt)
        {
            if (rebuilt.Notes.Count > 0)
            {
                _before.Add(new Notice(
                    "The interpreter was started anew, and earlier cells ran again. Not all is as it was.", rebuilt.Notes));
            }
        }
        else if (Current is { } current)
        {
            Take(current, happened, stored.Entry.At);
            current.Last = stored.Number;
            current.Changed();
        }
    }

    private void Take(Exchange current, AgentEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            case ModelText broken: // a reply that broke off
                EndWriting();
                Add(current, broken.Text);
                break;
            case ReplyEnded ended:
                EndWriting();
                Add(current, ended.Thought);
                break;
            case ReplyRejected rejected:
                current.Parts.Add(new Notice("The reply could not be used, and the model is told so.", rejected.Reason));
                break;
            case CellStarted started:
                current.Parts.Add(new CellPart(++_cells, started.Code, at));
                break;
            case CellOutput(var shown):
                Cell(current)?.Take(shown);
                break;
            case CellFinished finished when Cell(current) is { } cell:
                (cell.Result, cell.Notes) = (finished.Result, finished.Notes ?? []);
                EndApprovals(current);
                break;
            case CallStarted called:
                current.Parts.Add(new CallPart(new ToolUse(null, called.Tool, called.Arguments)));
                break;
            case CallFinished finished when current.Parts.OfType<CallPart>().LastOrDefault() is { Call: var call }:
                (call.Result, call.Error, call.Elapsed) = (finished.Result, finished.Error, finished.Elapsed);
                EndApprovals(current);
                break;
            case ApprovalRequested request:
                State = ConversationState.Waiting;
                if (Waiting(current, request.Call) is null)
                {
                    current.Parts.Add(new ApprovalPart(request));
                }

                break;
            case ApprovalAnswered answered when Waiting(current, answered.Call) is { } waiting:
                waiting.Answer = answered;
                State = ConversationState.Running;
                break;
            case HistoryCompacted compacted:
                current.Parts.Add(new Notice("Earlier steps were left out of what the model is sent, to make room.", compacted.Note));
                break;
            case RunContinued continued:
                Continue(current, continued);
                break;
            case RunEnded ended:
                End(current, ended);
                break;
        }
    }

    // The action that waited for an approval begins again: what it had shown it shows again.
    private void Continue(Exchange current, RunContinued continued)
    {
        (State, current.End) = (ConversationState.Running, null);
        if (current.Parts.LastOrDefault(part => part is CellPart { Result: null }) is { } cut)
        {
            current.Parts.Remove(cut);
            _cells--;
        }

        if (continued.Notes.Count > 0)
        {
            current.Parts.Add(new Notice("The interpreter was rebuilt for the call that waited.", continued.Notes));
        }
    }

    private void End(Exchange current, RunEnded ended)
    {
        EndWriting();
        current.End = ended;
        State = ended.Reason is StopReason.ApprovalPending ? ConversationState.Waiting : ConversationState.Idle;
        if (State is ConversationState.Idle)
        {
            EndApprovals(current);
        }
    }

    private static void EndApprovals(Exchange current)
    {
        foreach (var waiting in current.Parts.OfType<ApprovalPart>().Where(part => part.Answer is null))
        {
            waiting.IsVoid = true;
        }
    }

    private static ApprovalPart? Waiting(Exchange current, long? call) =>
        current.Parts.OfType<ApprovalPart>().LastOrDefault(part => part is { Answer: null, IsVoid: false } && part.Request.Call == call);

    private static CellPart? Cell(Exchange current) => current.Parts.OfType<CellPart>().LastOrDefault();

    private static void Add(Exchange current, string text)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            current.Parts.Add(new Said(text.Trim()));
        }
    }

    private void Write(ModelText piece)
    {
        if (Current is { } current)
        {
            if (_writing is null)
            {
                current.Parts.Add(_writing = new Writing());
            }

            _writing.Take(piece);
            current.Changed();
        }
    }

    private void EndWriting()
    {
        if (_writing is not null)
        {
            Current?.Parts.Remove(_writing);
            _writing = null;
        }
    }
}
