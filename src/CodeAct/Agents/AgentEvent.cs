using System.Text.Json.Serialization;
using CodeAct.Actions;
using CodeAct.Python;

namespace CodeAct.Agents;

/// <summary>Something that happened in a run. A run's stream ends with exactly one <see cref="RunEnded"/>.</summary>
public abstract record AgentEvent
{
    private protected AgentEvent()
    {
    }
}

/// <summary>A user's message was taken up.</summary>
/// <param name="Task">The message as the user wrote it.</param>
/// <param name="Files">The files in the workspace at that time.</param>
/// <param name="Model">The model's name.</param>
/// <param name="SystemPrompt">What the model is told before anything else.</param>
public sealed record RunStarted(string Task, IReadOnlyList<string> Files, string Model, string SystemPrompt) : AgentEvent
{
    /// <summary>The <see cref="ActionMode.Name"/>; null for code.</summary>
    public string? Mode { get; init; }

    /// <summary>True when each cell has a fresh interpreter; else null.</summary>
    public bool? Stateless { get; init; }

    /// <summary>As <see cref="Models.Model.Endpoint"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Where its tools come from; null when that is not known, or from nowhere.</summary>
    public ToolSources? Tools { get; init; }

    /// <summary>The files of the host that were copied into the workspace since the run before; null for none.</summary>
    public IReadOnlyList<GivenFile>? Given { get; init; }
}

/// <summary>The next piece of the model's reply; the whole of it comes with <see cref="ReplyEnded"/>.</summary>
public sealed record ModelText(string Text) : AgentEvent
{
    /// <summary>What is newly known to be no part of an action, so that it can be shown; null in a log.</summary>
    [JsonIgnore]
    public string? Thought { get; init; }

    /// <summary>True while the model writes an action.</summary>
    [JsonIgnore]
    public bool InAction { get; init; }
}

/// <summary>The model's reply is complete.</summary>
/// <param name="Text">The reply as the history keeps it: up to the end of its first action.</param>
/// <param name="InputTokens">Tokens of the request; null when the provider did not say.</param>
/// <param name="OutputTokens">Tokens of the reply as the provider counts them; without that, the pieces that streamed in.</param>
/// <param name="UntilFirst">From the request to the first piece of the reply.</param>
/// <param name="Elapsed">From the request to the end.</param>
public sealed record ReplyEnded(string Text, long? InputTokens, long OutputTokens, TimeSpan UntilFirst, TimeSpan Elapsed)
    : AgentEvent
{
    /// <summary>Where in the text its action begins; null when it has none, and in logs of before there were modes.</summary>
    public int? ActionAt { get; init; }

    /// <summary>The functions that the model called by its provider's means; null for none.</summary>
    public IReadOnlyList<NativeCall>? Calls { get; init; }

    /// <summary>What the model said before its action; all of it when it has none.</summary>
    public string Thought => ActionAt is { } at ? Text[..at] : CodeThought();

    /// <summary>How fast the reply streamed in, without the wait for its first piece; null when it came at once.</summary>
    public double? TokensPerSecond =>
        OutputTokens > 1 && Elapsed - UntilFirst is { TotalSeconds: > 0.001 } streaming
            ? (OutputTokens - 1) / streaming.TotalSeconds
            : null;

    private string CodeThought()
    {
        var reader = new ReplyReader(ActionSyntax.Code(ActionFormat.Execute));
        reader.Feed(Text);
        return reader.Thought;
    }
}

/// <summary>A function that the model called by its provider's means.</summary>
/// <param name="Id">The provider's name for the call, unique within the conversation.</param>
/// <param name="Name">The function.</param>
/// <param name="Arguments">A JSON object.</param>
public sealed record NativeCall(string Id, string Name, string Arguments);

/// <summary>The reply was neither an action nor an answer, or its answer was wrong, and the model is told so.</summary>
/// <param name="Reason">What it is told.</param>
public sealed record ReplyRejected(string Reason) : AgentEvent
{
    /// <summary>The <see cref="NativeCall.Id"/> of the call that could not be used; null for the whole reply.</summary>
    public string? CallId { get; init; }

    /// <summary>The message that the model was sent when it is not the reason alone; else null.</summary>
    public string? Sent { get; init; }
}

/// <summary>The model's code is about to run.</summary>
public sealed record CellStarted(string Code) : AgentEvent
{
    /// <summary>The <see cref="NativeCall.Id"/> of the call that it is; null when it is none.</summary>
    public string? CallId { get; init; }
}

/// <summary>The running cell shows something.</summary>
/// <param name="Event">Anything but <see cref="CellEnded"/>.</param>
public sealed record CellOutput(CellEvent Event) : AgentEvent;

/// <summary>The cell is over.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Observation">What the model is shown of it.</param>
public sealed record CellFinished(CellEnded Result, string Observation) : AgentEvent
{
    /// <summary>For a cell that ran again: what came out otherwise, a sentence each; else null.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>The message that the model was sent when its format is not that of code mode; else null.</summary>
    public string? Sent { get; init; }
}

/// <summary>The model calls a tool itself, not from code.</summary>
/// <param name="Tool">Its name; there may be no such tool.</param>
/// <param name="Arguments">The arguments as JSON: an object, or what the model wrote when they fit no tool.</param>
public sealed record CallStarted(string Tool, string Arguments) : AgentEvent
{
    /// <summary>The <see cref="NativeCall.Id"/> of the call; null when it was written as text.</summary>
    public string? CallId { get; init; }
}

/// <summary>The tool has answered.</summary>
/// <param name="Result">JSON, bytes as a string in base64; null when it failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Observation">What the model is shown of it.</param>
public sealed record CallFinished(string? Result, string? Error, TimeSpan Elapsed, string Observation) : AgentEvent
{
    /// <summary>The message that the model was sent when its format is not that of code mode; else null.</summary>
    public string? Sent { get; init; }
}

/// <summary>A call needs an approval, and its cell waits for it; the call itself has been told of before.</summary>
/// <param name="Call">As in <see cref="ToolCalled.Call"/>; null for a call that the model makes itself.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">A JSON object.</param>
public sealed record ApprovalRequested(long? Call, string Tool, string Arguments) : AgentEvent
{
    /// <summary>The code that makes the call; null for a call that the model makes itself.</summary>
    public string? Code { get; init; }
}

/// <summary>The person, or who stands for one, has decided about a call; it is made or refused after this.</summary>
/// <param name="Call">As in <see cref="ApprovalRequested"/>.</param>
/// <param name="Tool">The tool.</param>
/// <param name="IsApproved">The call may be made.</param>
public sealed record ApprovalAnswered(long? Call, string Tool, bool IsApproved) : AgentEvent
{
    /// <summary>Why not; null when it may be made.</summary>
    public string? Reason { get; init; }

    /// <summary>The arguments that it is made with, when the person has changed them; else null.</summary>
    public string? Arguments { get; init; }

    /// <summary>True when all further calls of the tool in this run are approved too; else null.</summary>
    public bool? Always { get; init; }
}

/// <summary>A run that waited for an approval goes on in a rebuilt interpreter; the action that waited is begun again.</summary>
/// <param name="Cells">The numbers of the cells that ran again, counted from 1 in the conversation.</param>
/// <param name="Notes">What was not rebuilt or came out otherwise, a sentence each.</param>
public sealed record RunContinued(IReadOnlyList<int> Cells, IReadOnlyList<string> Notes) : AgentEvent;

/// <summary>The run is over.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Answer">
/// The model's answer; null unless the reason is <see cref="StopReason.Answered"/>, or <see cref="StopReason.WrongAnswer"/>: the last one.
/// </param>
/// <param name="Totals">What the run took.</param>
public sealed record RunEnded(StopReason Reason, string? Answer, RunTotals Totals) : AgentEvent
{
    /// <summary>More about the reason, as a clause; null for nothing.</summary>
    public string? Detail { get; init; }
}

/// <summary>A conversation went on in a new interpreter, whose state was rebuilt by running earlier cells again.</summary>
/// <param name="Cells">The numbers of the cells that ran again, counted from 1 in the conversation.</param>
/// <param name="Notes">What was not rebuilt or came out otherwise, a sentence each.</param>
public sealed record InterpreterRebuilt(IReadOnlyList<int> Cells, IReadOnlyList<string> Notes) : AgentEvent
{
    /// <summary>What the model is told before the next message; empty when everything is as it was.</summary>
    public string NoteForModel => Notes.Count == 0 ? "" :
        $"[The interpreter was started anew and its state rebuilt by running earlier cells again. {string.Join(' ', Notes)}]\n\n";
}

/// <summary>To make room in the model's context, earlier steps were left out of what it is sent.</summary>
/// <param name="Dropped">How many messages.</param>
/// <param name="Kept">Steps of the task that stayed, at most.</param>
/// <param name="Note">What the model is told in their place: the variables that there are, the files, the last error.</param>
public sealed record HistoryCompacted(int Dropped, int Kept, string Note) : AgentEvent;

/// <summary>Why a run ended.</summary>
public enum StopReason
{
    /// <summary>The model answered.</summary>
    Answered,

    /// <summary><see cref="AgentOptions.MaxTurns"/> replies and no answer.</summary>
    TurnLimit,

    /// <summary>The model wanted one cell more than <see cref="AgentOptions.MaxCells"/>.</summary>
    CellLimit,

    /// <summary><see cref="AgentOptions.MaxTokens"/> written and no answer.</summary>
    TokenLimit,

    /// <summary>It took longer than <see cref="AgentOptions.MaxTime"/>.</summary>
    TimeLimit,

    /// <summary>The conversation no longer fits into the model's context.</summary>
    ContextFull,

    /// <summary><see cref="AgentOptions.MaxUnreadable"/> replies in a row that were neither an action nor an answer.</summary>
    Unreadable,

    /// <summary>The caller cancelled it.</summary>
    Interrupted,

    /// <summary>The model went round in circles, also after it was told so; <see cref="RunEnded.Detail"/> says how.</summary>
    Stuck,

    /// <summary>It cost more than <see cref="AgentOptions.MaxCost"/>.</summary>
    CostLimit,

    /// <summary><see cref="AgentOptions.MaxAnswers"/> answers, and none was right.</summary>
    WrongAnswer,

    /// <summary>A call waits for an approval that nobody could give; the run can go on from its log.</summary>
    ApprovalPending,

    /// <summary>
    /// The model could not be asked, or there was no interpreter; <see cref="RunEnded.Detail"/> says why. Never of an agent's own
    /// stream, which throws then: a host that records runs ends the log of such a one with it.
    /// </summary>
    Failed,
}

/// <summary>What a run took.</summary>
/// <param name="Turns">Replies of the model.</param>
/// <param name="Cells">Cells that ran.</param>
/// <param name="InputTokens">Tokens of all requests, as far as the provider said.</param>
/// <param name="OutputTokens">Tokens of all replies.</param>
/// <param name="Elapsed">From the user's message to the end.</param>
public sealed record RunTotals(int Turns, int Cells, long InputTokens, long OutputTokens, TimeSpan Elapsed)
{
    /// <summary>Tools that the model called itself, not from code; null for none.</summary>
    public int? Calls { get; init; }

    /// <summary>What the tokens cost, in the currency of <see cref="AgentOptions.Price"/>; null without one.</summary>
    public decimal? Cost { get; init; }
}
