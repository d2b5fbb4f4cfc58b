using System.Data.Common;
using System.Security.Cryptography;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;

namespace CodeAct.Web.Shares;

/// <summary>A conversation up to one of its events, which everybody may read who has the link.</summary>
/// <param name="Id">Ten letters and digits that cannot be guessed.</param>
/// <param name="Conversation">The conversation.</param>
/// <param name="Last">The number of the last event that is shown; what comes after it is not.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Created">When it was shared.</param>
internal sealed record Share(string Id, string Conversation, long Last, string Owner, DateTimeOffset Created);

/// <summary>What has been shared, in a table beside the conversations. What is deleted there is shared no more.</summary>
internal sealed class SharedConversations
{
    private const string Columns = "id, conversation, last, owner, created";

    private readonly SqlDatabase _database;
    private readonly TimeProvider _time;

    private SharedConversations(SqlDatabase database, TimeProvider time) => (_database, _time) = (database, time);

    internal static SqlTables Tables { get; } = new("shares", 1, typeof(SharedConversations));

    /// <summary>Opens them in a database that has conversations, and that stays with its owner; a table that lacks is made.</summary>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    public static async Task<SharedConversations> OpenAsync(SqlDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        await database.UpgradeAsync(Tables, cancellationToken);
        return new SharedConversations(database, time);
    }

    /// <summary>Shares a conversation as it is now; what was shared as it is has its link already.</summary>
    /// <exception cref="ArgumentException">Nothing has been said in it yet.</exception>
    public async Task<Share> AddAsync(ConversationSummary conversation, CancellationToken cancellationToken)
    {
        if (conversation.Events == 0)
        {
            throw new ArgumentException(
                $"Nothing has been said in conversation {conversation.Id} yet; send a message first.", nameof(conversation));
        }

        await using var connection = await _database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            $"INSERT INTO shares ({Columns}) VALUES (@id, @conversation, @last, @owner, @now) ON CONFLICT (conversation, last) DO NOTHING",
            cancellationToken,
            ("id", RandomNumberGenerator.GetString("0123456789abcdefghjkmnpqrstvwxyz", 10)), // 50 bits, and asked for one by one
            ("conversation", conversation.Id),
            ("last", conversation.Events),
            ("owner", conversation.Owner),
            ("now", DbCommands.Text(_time.GetUtcNow())));
        return (await SelectAsync(
            connection, "conversation = @conversation AND last = @last", cancellationToken,
            ("conversation", conversation.Id), ("last", conversation.Events))).Single();
    }

    /// <summary>What is behind a link; null when nothing is, or no more.</summary>
    public async Task<Share?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        return (await SelectAsync(connection, "id = @id", cancellationToken, ("id", id.Replace("\0", "")))).SingleOrDefault();
    }

    /// <summary>The links of a conversation, the latest first.</summary>
    public async Task<IReadOnlyList<Share>> OfAsync(string conversation, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        return await SelectAsync(
            connection, "conversation = @conversation ORDER BY last DESC", cancellationToken, ("conversation", conversation));
    }

    /// <summary>Shares a conversation no more; all its links lead nowhere from now on.</summary>
    public async Task RevokeAsync(string conversation, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            "DELETE FROM shares WHERE conversation = @conversation", cancellationToken, ("conversation", conversation));
    }

    private static Task<IReadOnlyList<Share>> SelectAsync(
        DbConnection connection, string which, CancellationToken cancellationToken, params (string Name, object? Value)[] values) =>
        connection.QueryAsync(
            $"SELECT {Columns} FROM shares WHERE {which}",
            row => new Share(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.Time(4)),
            cancellationToken,
            values);
}
