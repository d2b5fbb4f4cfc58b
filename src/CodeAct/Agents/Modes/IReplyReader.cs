using CodeAct.Actions;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents.Modes;

/// <summary>Reads one reply while it streams in.</summary>
internal interface IReplyReader
{
    /// <summary>What is to be carried out is complete: the rest of the reply is of no interest.</summary>
    bool Found { get; }

    /// <summary>What streams in is an action.</summary>
    bool InAction { get; }

    /// <summary>Takes the next piece.</summary>
    void Take(ChatResponseUpdate update);

    /// <summary>What is newly known to be no part of an action.</summary>
    string TakeThought();

    /// <summary>Says what the reply was, once no more of it will come.</summary>
    ReadReply Complete(ReplyFinish finish);
}

/// <summary>A reply, read.</summary>
/// <param name="Text">As the history keeps it.</param>
/// <param name="ActionAt">Where in it the action begins; null when it has none.</param>
/// <param name="Actions">What is to be done, at least one.</param>
internal sealed record ReadReply(string Text, int? ActionAt, IReadOnlyList<Reply> Actions)
{
    /// <summary>The calls that the provider brought; null for none.</summary>
    public IReadOnlyList<NativeCall>? Calls { get; init; }
}
