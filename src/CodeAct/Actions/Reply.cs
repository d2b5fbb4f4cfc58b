namespace CodeAct.Actions;

/// <summary>What a model's reply turned out to be.</summary>
public abstract record Reply
{
    private protected Reply()
    {
    }
}

/// <summary>The model wants code to be run.</summary>
/// <param name="Thought">What it said before the code; may be empty.</param>
/// <param name="Code">Python source, never blank.</param>
public sealed record CodeAction(string Thought, string Code) : Reply;

/// <summary>The model spoke to the user: a reply without code.</summary>
/// <param name="Text">Never blank.</param>
public sealed record Answer(string Text) : Reply;

/// <summary>The reply is neither code to run nor an answer.</summary>
/// <param name="Reason">What was wrong and what to do instead, for the model to read.</param>
public sealed record Unreadable(string Reason) : Reply;

/// <summary>Why a reply ended.</summary>
public enum ReplyFinish
{
    /// <summary>The model ended it, or a stop sequence did, which the provider may have left out of the text.</summary>
    Stopped,

    /// <summary>The limit of tokens cut it off.</summary>
    TokenLimit,
}
