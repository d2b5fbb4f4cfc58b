using System.Text;
using CodeAct.Actions;
using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>A message of the user with what came of it.</summary>
public sealed class Exchange(long number, RunStarted started)
{
    /// <summary>The number of its first event.</summary>
    public long Number { get; } = number;

    /// <summary>The number of its last event so far.</summary>
    public long Last { get; set; } = number;

    /// <summary>What the user asked, with whom.</summary>
    public RunStarted Started => started;

    /// <summary>What came of it, in order.</summary>
    public IList<Part> Parts { get; } = [];

    /// <summary>How it ended; null while it goes on, and when it was cut off.</summary>
    public RunEnded? End { get; set; }

    /// <summary>Grows with every change: what was drawn before is drawn anew when it differs.</summary>
    public int Version { get; private set; }

    internal void Changed() => Version++;
}

/// <summary>A part of what comes of a message.</summary>
public abstract class Part
{
    private protected Part()
    {
    }
}

/// <summary>What the model says: a thought before its action, or its answer.</summary>
public sealed class Said(string text) : Part
{
    /// <summary>Markdown.</summary>
    public string Text => text;
}

/// <summary>The reply that the model is writing.</summary>
public sealed class Writing : Part
{
    private static readonly string[] _openings = ["<execute>", "<code>", "```python", "```py"];

    private readonly StringBuilder _thought = new();
    private readonly StringBuilder _whole = new();

    /// <summary>What it says, as far as it is known to be no code.</summary>
    public string Thought => _thought.ToString();

    /// <summary>The code of its action so far; null before there is any.</summary>
    public string? Code { get; private set; }

    internal void Take(ModelText piece)
    {
        _thought.Append(piece.Thought);
        _whole.Append(piece.Text);
        if (piece.InAction)
        {
            var text = _whole.ToString();
            var opening = _openings.FirstOrDefault(text.Contains);
            var begins = opening is null ? 0 : text.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
            Code = text[begins..].TrimStart('\n', '\r');
        }
    }
}

/// <summary>Code that ran or runs, with what it shows.</summary>
public sealed class CellPart(int number, string code, DateTimeOffset at) : Part
{
    private readonly List<CellEvent> _shown = [];
    private LongText? _text; // of the last that was shown, while it is a stream's and more of it may come
    private bool _isOlder; // than what that text has

    /// <summary>From 1 in the conversation.</summary>
    public int Number => number;

    /// <summary>The source.</summary>
    public string Code => code;

    /// <summary>When it began.</summary>
    public DateTimeOffset At => at;

    /// <summary>What it has shown: pieces of a stream put together.</summary>
    public IReadOnlyList<CellEvent> Shown
    {
        get
        {
            if (_isOlder)
            {
                (_shown[^1], _isOlder) = ((StreamText)_shown[^1] with { Text = _text!.ToString() }, false);
            }

            return _shown;
        }
    }

    /// <summary>How it ended; null while it runs, and when it was cut off.</summary>
    public CellEnded? Result { get; set; }

    /// <summary>The calls of tools in it.</summary>
    public IList<ToolUse> Calls { get; } = [];

    /// <summary>What came out otherwise when it ran again, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; set; } = [];

    internal void Take(CellEvent shown)
    {
        switch (shown)
        {
            case StreamText text:
                Take(text);
                break;
            case ToolCalled called:
                Calls.Add(new ToolUse(called.Call, called.Name, called.Arguments));
                break;
            case ToolReturned returned when Calls.FirstOrDefault(call => call.Number == returned.Call) is { } call:
                (call.Result, call.Error, call.Elapsed) = (returned.Result, returned.Error, returned.Elapsed);
                break;
            default:
                _ = Shown; // a stream before it is whole now
                _shown.Add(shown);
                break;
        }
    }

    private void Take(StreamText text)
    {
        if (!(_shown is [.., StreamText last] && last.Stream == text.Stream && last.FromEarlierCell == text.FromEarlierCell))
        {
            _ = Shown; // the one before is whole now
            _shown.Add(text);
            _text = new LongText();
        }

        _text!.Append(text.Text);
        _isOlder = true;
    }
}

/// <summary>A call of a tool.</summary>
public sealed class ToolUse(long? number, string tool, string arguments)
{
    /// <summary>Its number in its cell; null for a call that the model makes itself.</summary>
    public long? Number => number;

    /// <summary>The tool.</summary>
    public string Tool => tool;

    /// <summary>A JSON object.</summary>
    public string Arguments => arguments;

    /// <summary>JSON; null before there is one, and when it failed.</summary>
    public string? Result { get; set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public string? Error { get; set; }

    /// <summary>How long it took; null while it goes on.</summary>
    public TimeSpan? Elapsed { get; set; }
}

/// <summary>A tool that the model calls itself.</summary>
public sealed class CallPart(ToolUse call) : Part
{
    /// <summary>The call.</summary>
    public ToolUse Call => call;
}

/// <summary>A call that needs a person.</summary>
public sealed class ApprovalPart(ApprovalRequested request) : Part
{
    /// <summary>The call.</summary>
    public ApprovalRequested Request => request;

    /// <summary>What was decided; null while it waits.</summary>
    public ApprovalAnswered? Answer { get; set; }

    /// <summary>Nobody decided, and nobody is asked any more.</summary>
    public bool IsVoid { get; set; }
}

/// <summary>Something about the run that is neither the user's nor the model's.</summary>
public sealed class Notice(string text, params IReadOnlyList<string> details) : Part
{
    /// <summary>A sentence.</summary>
    public string Text => TerminalText.Clean(text);

    /// <summary>More of it, to be unfolded.</summary>
    public IReadOnlyList<string> Details => details;
}
