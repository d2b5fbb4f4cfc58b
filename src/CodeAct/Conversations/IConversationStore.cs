namespace CodeAct.Conversations;

/// <summary>Where conversations are kept: for each one an append-only log of numbered events.</summary>
/// <remarks>
/// May be used from several threads, and one store by several processes. A conversation has one writer at a time; a second one
/// is told so by <see cref="ConversationConflictException"/>, and nothing of what it brought is kept.
/// </remarks>
public interface IConversationStore : IAsyncDisposable
{
    /// <summary>Begins a conversation without events.</summary>
    /// <returns>Its ID.</returns>
    Task<string> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Adds events to the end of a conversation, all of them or none.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="after">The number of the last event that the caller knows of; 0 for none.</param>
    /// <param name="entries">At least one; they get the numbers that follow.</param>
    /// <param name="cancellationToken">Whether they were added is then unknown.</param>
    /// <returns>The number of the last one. Once it is returned, no crash of a process or a machine loses them.</returns>
    /// <exception cref="ConversationConflictException">The last event has another number.</exception>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task<long> AppendAsync(string id, long after, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads a conversation from its beginning, as it is when this is called.</summary>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    IAsyncEnumerable<StoredEvent> ReadAsync(string id, CancellationToken cancellationToken);

    /// <summary>The conversations in which every word of the search occurs somewhere, those of the latest events first.</summary>
    /// <param name="search">Words, in any case; all conversations when it has none.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<IReadOnlyList<ConversationSummary>> FindAsync(string search, int most, CancellationToken cancellationToken);

    /// <summary>The conversation with an ID, or with the only ID that begins like this.</summary>
    /// <exception cref="KeyNotFoundException">None has it, or several begin like this.</exception>
    Task<ConversationSummary> GetAsync(string idOrBeginning, CancellationToken cancellationToken);

    /// <summary>A new conversation that begins with the events of another one and remembers where it comes from.</summary>
    /// <param name="id">The other one.</param>
    /// <param name="at">The number of the last event that both have; 0 for one that only has to do with the other, as a rerun has.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The new one's ID.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no event with this number.</exception>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    Task<string> ForkAsync(string id, long at, CancellationToken cancellationToken);
}

/// <summary>An event in its place.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Entry">What happened and when.</param>
public sealed record StoredEvent(long Number, LogEntry Entry);

/// <summary>What a list of conversations shows of one.</summary>
/// <param name="Id">Ten letters and digits.</param>
/// <param name="Created">When it began.</param>
/// <param name="Updated">When it got its last event.</param>
/// <param name="Title">The first message of the user; empty before there is one.</param>
/// <param name="Model">The model that was asked last; empty before there is one.</param>
/// <param name="Events">How many events there are, and the number of the last.</param>
/// <param name="Origin">Where it was forked from; null when it began by itself.</param>
public sealed record ConversationSummary(
    string Id, DateTimeOffset Created, DateTimeOffset Updated, string Title, string Model, long Events, ConversationOrigin? Origin);

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
