using System.Text.Json;

namespace CodeAct.Actions;

/// <summary>What a model's reply turned out to be.</summary>
public abstract record Reply
{
    private protected Reply()
    {
    }

    /// <summary>The provider's name for the call that this is; null unless the model called a function natively.</summary>
    public string? CallId { get; init; }
}

/// <summary>The model wants code to be run.</summary>
/// <param name="Thought">What it said before the code; may be empty.</param>
/// <param name="Code">Python source, never blank.</param>
public sealed record CodeAction(string Thought, string Code) : Reply;

/// <summary>The model wants a tool to be called.</summary>
/// <param name="Thought">What it said before the call; may be empty.</param>
/// <param name="Tool">Its name as the model wrote it; there may be no such tool.</param>
/// <param name="Arguments">An object by name, an array by position, or a string: text in which they are still to be told apart.</param>
public sealed record ToolAction(string Thought, string Tool, JsonElement Arguments) : Reply
{
    /// <summary>What the model is told besides the result, such as that only its first call counts; null for nothing.</summary>
    public string? Reminder { get; init; }
}

/// <summary>The model spoke to the user: a reply without an action.</summary>
/// <param name="Text">Never blank.</param>
public sealed record Answer(string Text) : Reply;

/// <summary>The reply is neither an action nor an answer.</summary>
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
