using CodeAct.Agents;
using CodeAct.Conversations;

namespace CodeAct.Web.Chats;

/// <summary>Something that who follows a conversation sees.</summary>
internal abstract record LiveEvent
{
    private protected LiveEvent()
    {
    }
}

/// <summary>An event of the log, once it is durable. Each comes once and in its order.</summary>
internal sealed record Happened(StoredEvent Event) : LiveEvent;

/// <summary>The next piece of a reply that the model is writing; the log has the whole of it later.</summary>
internal sealed record Streamed(ModelText Text) : LiveEvent;

/// <summary>As much as the model has written of its reply so far, for who comes in the middle of it.</summary>
internal sealed record StreamedSoFar(IReadOnlyList<ModelText> Pieces) : LiveEvent;

/// <summary>What is being done before the model is asked; null when that is over.</summary>
internal sealed record Preparing(string? What) : LiveEvent;

/// <summary>Everything that was there when the follower came has been told; what comes now is new.</summary>
internal sealed record CaughtUp(ConversationState State) : LiveEvent;

/// <summary>The user gave the conversation a file, whose name in the workspace this is.</summary>
internal sealed record FileGiven(string Name) : LiveEvent;

/// <summary>The log could not be written to, so that the run ended; what happened since its last event is not kept.</summary>
internal sealed record Broken(string Why) : LiveEvent;

/// <summary>The conversation was deleted; nothing comes any more.</summary>
internal sealed record Deleted : LiveEvent;

/// <summary>What a conversation does.</summary>
public enum ConversationState
{
    /// <summary>It waits for a message.</summary>
    Idle,

    /// <summary>A message is being worked on.</summary>
    Running,

    /// <summary>A call waits for the approval of a person.</summary>
    Waiting,
}

/// <summary>What the user asks for.</summary>
/// <param name="Text">The message.</param>
/// <param name="Model">The model's name or alias; null for the one before, or the server's first.</param>
/// <param name="Mode">The name of an <see cref="ActionMode"/>; null for code. The first message's holds.</param>
internal sealed record Message(string Text, string? Model = null, string? Mode = null)
{
    /// <summary>What the model is told after its prompt, in a conversation that begins with this message; null for nothing.</summary>
    public string? Instructions { get; init; }

    /// <summary>Most tokens that the model writes, if that is less than the server's limit; null for that.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>Sampling temperature; null for the model's own.</summary>
    public float? Temperature { get; init; }

    /// <summary>As <see cref="AgentOptions.Seed"/>.</summary>
    public long? Seed { get; init; }

    /// <summary>What was said elsewhere before, for a conversation that begins with this message; null for nothing.</summary>
    public IReadOnlyList<Exchange>? Earlier { get; init; }
}

/// <summary>A message and the answer to it.</summary>
internal sealed record Exchange(string Task, string Answer);

/// <summary>The conversation works on a message already.</summary>
internal sealed class ConversationBusyException(string id)
    : InvalidOperationException($"Conversation {id} works on a message already; wait for its end, or stop it first.");
