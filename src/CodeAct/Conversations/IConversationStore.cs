using CodeAct.Conversations.Sql;

namespace CodeAct.Conversations;

/// <summary>Where conversations are kept: for each one an append-only log of numbered events.</summary>
/// <remarks>
/// May be used from several threads, and one store by several processes. A conversation has one writer at a time; a second one
/// is told so by <see cref="ConversationConflictException"/>, and nothing of what it brought is kept.
/// </remarks>
public interface IConversationStore : IAsyncDisposable
{
    /// <summary>Begins a conversation without events.</summary>
    /// <param name="owner">Whose it is; empty for nobody in particular, as at the command line.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Its ID.</returns>
    Task<string> BeginAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Adds events to the end of a conversation, all of them or none.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="after">The number of the last event that the caller knows of; 0 for none.</param>
    /// <param name="entries">At least one; they get the numbers that follow.</param>
    /// <param name="cancellationToken">Whether they were added is then unknown.</param>
    /// <returns>The number of the last one. Once it is returned, no crash of a process or a machine loses them.</returns>
    /// <exception cref="ConversationConflictException">The last event has another number.</exception>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task<long> AppendAsync(string id, long after, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads a conversation as it is when this is called.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="after">The number of the last event that is left out; 0 for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    IAsyncEnumerable<StoredEvent> ReadAsync(string id, long after, CancellationToken cancellationToken);

    /// <summary>The conversations in which every word of the query occurs, in the title or elsewhere; the latest ones first.</summary>
    Task<IReadOnlyList<ConversationSummary>> FindAsync(ConversationQuery query, CancellationToken cancellationToken);

    /// <summary>The conversation with an ID, or with the only ID that begins like this.</summary>
    /// <exception cref="KeyNotFoundException">None has it, or several begin like this.</exception>
    Task<ConversationSummary> GetAsync(string idOrBeginning, CancellationToken cancellationToken);

    /// <summary>A conversation of its own that begins with the events of another one and remembers where it comes from.</summary>
    /// <param name="id">The other one.</param>
    /// <param name="at">The number of the last event that both have; 0 for one that only has to do with the other, as a rerun has.</param>
    /// <param name="owner">Whose the new one is; it need not be whose the other one is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The new one's ID.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no event with this number.</exception>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task<string> ForkAsync(string id, long at, string owner, CancellationToken cancellationToken);

    /// <summary>Another way that a conversation takes from an event on, as when a message is edited; it stays in the family.</summary>
    /// <remarks>It has the same owner and the same title.</remarks>
    /// <param name="id">The conversation.</param>
    /// <param name="at">The number of the last event that both have; 0 for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The ID of the branch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no event with this number.</exception>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task<string> BranchAsync(string id, long at, CancellationToken cancellationToken);

    /// <summary>A conversation and all that have branched from it or that it branched from, in the order in which they began.</summary>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task<IReadOnlyList<ConversationSummary>> FamilyAsync(string id, CancellationToken cancellationToken);

    /// <summary>Gives a conversation, with its branches, another title; no later message changes it.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="title">1 to 100 characters, without white space around them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">The title is too short or too long.</exception>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task RenameAsync(string id, string title, CancellationToken cancellationToken);

    /// <summary>Deletes a conversation and its events for good; what was forked from it stays, without its origin.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="extent">Whether its branches go too.</param>
    /// <param name="cancellationToken">Whether it was deleted is then unknown.</param>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task DeleteAsync(string id, DeletionExtent extent, CancellationToken cancellationToken);

    /// <summary>How many conversations an owner has, branches and empty ones among them.</summary>
    Task<long> CountAsync(string owner, CancellationToken cancellationToken);
}

/// <summary>Reading a whole conversation.</summary>
public static class WholeConversations
{
    /// <summary>Reads a conversation from its beginning, as it is when this is called.</summary>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    public static IAsyncEnumerable<StoredEvent> ReadAsync(
        this IConversationStore store, string id, CancellationToken cancellationToken) => store.ReadAsync(id, 0, cancellationToken);
}

/// <summary>What is looked for.</summary>
/// <param name="Words">In any case; all conversations when there are none.</param>
/// <param name="Most">How many at most.</param>
public sealed record ConversationQuery(string Words, int Most)
{
    /// <summary>Whose; null for everybody's, which is the default.</summary>
    public string? Owner { get; init; }

    /// <summary>The <see cref="ConversationSummary.Place"/> of the last one that is known; null, the default, for the first page.</summary>
    public string? Before { get; init; }

    /// <summary>Also conversations without an event, in which no word occurs; default false.</summary>
    public bool WithEmpty { get; init; }

    /// <summary>Of a conversation with branches only the one that was updated last, among those that are found; default false.</summary>
    public bool OnePerFamily { get; init; }
}

/// <summary>How much is deleted.</summary>
public enum DeletionExtent
{
    /// <summary>The one conversation; its branches stay.</summary>
    Conversation,

    /// <summary>It and all branches of its family.</summary>
    Family,
}

/// <summary>An event in its place.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Entry">What happened and when.</param>
public sealed record StoredEvent(long Number, LogEntry Entry);

/// <summary>What a list of conversations shows of one.</summary>
/// <param name="Id">Ten letters and digits.</param>
/// <param name="Created">When it began.</param>
/// <param name="Updated">When it got its last event.</param>
/// <param name="Title">The first message of the user, unless it was given another; empty before there is one.</param>
/// <param name="Model">The model that was asked last; empty before there is one.</param>
/// <param name="Events">How many events there are, and the number of the last.</param>
/// <param name="Origin">Where it was forked from; null when it began by itself, or that one was deleted.</param>
/// <param name="Owner">Whose it is; empty for nobody in particular.</param>
/// <param name="Family">The same for all branches of a conversation: the ID of the one that they come from.</param>
public sealed record ConversationSummary(
    string Id,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    string Title,
    string Model,
    long Events,
    ConversationOrigin? Origin,
    string Owner,
    string Family)
{
    /// <summary>Its place in a list, for <see cref="ConversationQuery.Before"/>; fit for a URL, without a meaning of its own.</summary>
    public string Place => $"{DbCommands.Text(Updated)}_{Id}";
}

/// <summary>Where a conversation was forked from.</summary>
/// <param name="Id">The other conversation.</param>
/// <param name="At">The number of the last event that both have; 0 when it asks the same messages again.</param>
public sealed record ConversationOrigin(string Id, long At);

/// <summary>Somebody else has added to the conversation; nothing was added now.</summary>
/// <param name="id">The conversation.</param>
/// <param name="after">The number that the caller took for the last.</param>
/// <param name="last">The number of the last event.</param>
public sealed class ConversationConflictException(string id, long after, long last)
    : Exception($"Conversation {id} has {last} events and not {after}: something else writes to it. Fork it to go on beside that.")
{
    /// <summary>The number of the last event.</summary>
    public long Last => last;
}
