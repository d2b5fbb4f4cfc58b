using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>What user and agent have said so far, with the one session in which they work.</summary>
/// <remarks>One run at a time. The session stays with whoever made it.</remarks>
/// <param name="session">Where the conversation's cells run.</param>
public sealed class Conversation(IPythonSession session)
{
    private string _note = "";

    /// <summary>Where the conversation's cells run.</summary>
    public IPythonSession Session { get; } = session;

    /// <summary>What the model is sent: the system prompt, then user, assistant and observations in turn.</summary>
    public IReadOnlyList<ChatMessage> Messages => History.Messages;

    /// <summary>A conversation that goes on after a restart, in an interpreter that was rebuilt for it.</summary>
    /// <param name="session">Where the conversation's cells run from now on.</param>
    /// <param name="history">What was said before.</param>
    /// <param name="rebuilt">What became of the interpreter's state; the model is told with the next message.</param>
    internal Conversation(IPythonSession session, History history, InterpreterRebuilt rebuilt)
        : this(session)
    {
        History.TakeOver(history);
        _note = rebuilt.NoteForModel;
    }

    /// <summary>A conversation whose last run goes on where it was.</summary>
    internal Conversation(IPythonSession session, History history)
        : this(session) => History.TakeOver(history);

    internal History History { get; } = new();

    /// <summary>Files whose pictures the model has been shown, if it can see.</summary>
    internal HashSet<string> Shown { get; } = [];

    internal string TakeNote()
    {
        var note = _note;
        _note = "";
        return note;
    }
}
