using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CodeAct.Agents;
using CodeAct.Conversations.Sql;

namespace CodeAct.Conversations;

/// <summary>Conversations in two tables of a database.</summary>
public sealed class SqlConversationStore : IConversationStore
{
    private const string Columns = "id, created, updated, title, model, events, parent, parent_event, owner, family";
    private const int LongestTitle = 200; // characters
    private const int LongestName = 100; // characters of a title that somebody gave

    private readonly TimeProvider _time;

    private SqlConversationStore(SqlDatabase database, TimeProvider time) => (Database, _time) = (database, time);

    internal static SqlTables Tables { get; } = new("conversations", 3, typeof(SqlConversationStore));

    /// <summary>Where they are, for other tables beside them.</summary>
    internal SqlDatabase Database { get; }

    /// <summary>Opens the conversations of a database; tables that lack are made, those of an earlier version are upgraded.</summary>
    /// <param name="database">Belongs to the store from now on, also when this fails.</param>
    /// <param name="time">Dates conversations.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    public static async Task<SqlConversationStore> OpenAsync(
        SqlDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await database.UpgradeAsync(Tables, cancellationToken);
            return new SqlConversationStore(database, time);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<string> BeginAsync(string owner, CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        var id = NewId();
        await connection.ExecuteAsync(
            "INSERT INTO conversations (id, created, updated, owner, family) VALUES (@id, @now, @now, @owner, @id)",
            cancellationToken,
            ("id", id),
            ("now", Now()),
            ("owner", owner));
        return id;
    }

    /// <inheritdoc/>
    public async Task<long> AppendAsync(
        string id, long after, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            throw new ArgumentException("There is nothing to add.", nameof(entries));
        }

        var started = entries.Select(entry => entry.Event).OfType<RunStarted>().ToList();
        await using var connection = await Database.ConnectAsync(cancellationToken);
        await using var transaction = await Database.BeginWriteAsync(connection, cancellationToken);
        await using var update = connection.Command(
            """
            UPDATE conversations SET events = events + @count, updated = @updated,
                title = CASE WHEN title = '' THEN @title ELSE title END, model = CASE WHEN @model = '' THEN model ELSE @model END
            WHERE id = @id AND events = @after
            """,
            ("count", (long)entries.Count),
            ("updated", DbCommands.Text(entries[^1].At)),
            ("title", Title(started.FirstOrDefault()?.Task ?? "")),
            ("model", SearchWords.Plain(started.LastOrDefault()?.Model ?? "")),
            ("id", id),
            ("after", after));
        if (await update.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new ConversationConflictException(id, after, (await OneAsync(connection, id, cancellationToken)).Events);
        }

        await using var insert = connection.Command(
            "INSERT INTO events (conversation, number, line, words) VALUES (@id, @number, @line, @words)",
            ("id", id), ("number", 0L), ("line", ""), ("words", ""));
        var last = after;
        foreach (var entry in entries)
        {
            insert.Parameters["number"].Value = ++last;
            insert.Parameters["line"].Value = LogJson.Write(entry);
            insert.Parameters["words"].Value = SearchWords.Of(entry.Event);
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return last;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredEvent> ReadAsync(
        string id, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        var one = await OneAsync(connection, id, cancellationToken);
        await using var select = connection.Command(
            "SELECT number, line FROM events WHERE conversation = @id AND number > @after ORDER BY number",
            ("id", one.Id), ("after", after));
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            yield return new StoredEvent(rows.GetInt64(0), LogJson.Read(rows.GetString(1)));
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ConversationSummary>> FindAsync(ConversationQuery query, CancellationToken cancellationToken)
    {
        var words = SearchWords.In(query.Words);
        List<string> conditions = [query.WithEmpty ? "events >= 0" : "events > 0"];
        List<(string, object?)> values = [("most", (long)query.Most)];
        for (var index = 0; index < words.Count; index++)
        {
            var (position, word) = (Database.Position, $"@word{index}");
            conditions.Add(
                $"({position}(lower(title), {word}) > 0 OR EXISTS "
                + $"(SELECT 1 FROM events WHERE conversation = conversations.id AND {position}(words, {word}) > 0))");
            values.Add(($"word{index}", words[index]));
        }

        if (query.Owner is { } owner)
        {
            conditions.Add("owner = @owner");
            values.Add(("owner", owner));
        }

        var all = $"conversations WHERE {string.Join(" AND ", conditions)}";
        var latest = $"""
            (SELECT conversations.*, row_number() OVER (PARTITION BY family ORDER BY updated DESC, id) AS place FROM {all}) AS found
            WHERE place = 1
            """;
        var rest = "";
        if (query.Before is { } before)
        {
            rest = "AND (updated < @updated OR (updated = @updated AND id > @id))";
            values.AddRange(Place(before));
        }

        var from = $"FROM {(query.OnePerFamily ? latest : all)} {rest} ORDER BY updated DESC, id LIMIT @most";
        await using var connection = await Database.ConnectAsync(cancellationToken);
        return await SummariesAsync(connection, from, cancellationToken, [.. values]);
    }

    /// <inheritdoc/>
    public async Task<ConversationSummary> GetAsync(string idOrBeginning, CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        var found = await SummariesAsync(
            connection,
            "FROM conversations WHERE substr(id, 1, @length) = @beginning ORDER BY id LIMIT 5",
            cancellationToken,
            ("length", idOrBeginning.Length),
            ("beginning", SearchWords.Plain(idOrBeginning)));
        return (found.FirstOrDefault(one => one.Id == idOrBeginning), found) switch
        {
            ({ } exact, _) => exact,
            (null, [var only]) when idOrBeginning.Length > 0 => only,
            (null, []) => throw NotFound(idOrBeginning),
            _ => throw new KeyNotFoundException(
                $"Several conversations begin with '{idOrBeginning}': {string.Join(", ", found.Select(one => one.Id))}; write more of it."),
        };
    }

    /// <inheritdoc/>
    public Task<string> ForkAsync(string id, long at, string owner, CancellationToken cancellationToken) =>
        CopyAsync(id, at, (origin, fork) => fork with { Owner = owner, Title = at == 0 ? "" : origin.Title }, cancellationToken);

    /// <inheritdoc/>
    public Task<string> BranchAsync(string id, long at, CancellationToken cancellationToken) =>
        CopyAsync(id, at, (origin, fork) => fork with { Family = origin.Family }, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ConversationSummary>> FamilyAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        var one = await OneAsync(connection, id, cancellationToken);
        return await SummariesAsync(
            connection, "FROM conversations WHERE family = @family ORDER BY created, id", cancellationToken, ("family", one.Family));
    }

    /// <inheritdoc/>
    public async Task RenameAsync(string id, string title, CancellationToken cancellationToken)
    {
        var plain = SearchWords.Plain(title).Trim();
        if (plain.Length is 0 or > LongestName)
        {
            throw new ArgumentException(
                $"A title has 1 to {LongestName} characters, and this one {plain.Length}; write another.", nameof(title));
        }

        await using var connection = await Database.ConnectAsync(cancellationToken);
        var renamed = await connection.ExecuteAsync(
            "UPDATE conversations SET title = @title WHERE family = (SELECT family FROM conversations WHERE id = @id)",
            cancellationToken,
            ("title", plain),
            ("id", SearchWords.Plain(id)));
        if (renamed == 0)
        {
            throw NotFound(id);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string id, DeletionExtent extent, CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        await using var transaction = await Database.BeginWriteAsync(connection, cancellationToken);
        var one = await OneAsync(connection, id, cancellationToken);
        var (column, value) = extent is DeletionExtent.Family ? ("family", one.Family) : ("id", one.Id);
        var gone = $"(SELECT id FROM conversations WHERE {column} = @value)";
        await connection.ExecuteAsync(
            $"""
            UPDATE conversations SET parent = NULL, parent_event = NULL WHERE parent IN {gone};
            DELETE FROM events WHERE conversation IN {gone};
            DELETE FROM conversations WHERE {column} = @value
            """,
            cancellationToken,
            ("value", value));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync(string owner, CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        await using var count = connection.Command("SELECT COUNT(*) FROM conversations WHERE owner = @owner", ("owner", owner));
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Database.DisposeAsync();

    /// <summary>Makes a conversation that has the first events of another one.</summary>
    /// <param name="id">The other one.</param>
    /// <param name="at">How many.</param>
    /// <param name="become">Is given the other one, and the new one as it were in a family of its own; makes it what it is to be.</param>
    /// <param name="cancellationToken">Stops it.</param>
    private async Task<string> CopyAsync(
        string id,
        long at,
        Func<ConversationSummary, ConversationSummary, ConversationSummary> become,
        CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        await using var transaction = await Database.BeginWriteAsync(connection, cancellationToken);
        var origin = await OneAsync(connection, id, cancellationToken);
        if (at < 0 || at > origin.Events)
        {
            throw new ArgumentOutOfRangeException(
                nameof(at), at, $"Conversation {id} has {origin.Events} events; it cannot be forked at {at}.");
        }

        var newId = NewId();
        var fork = become(origin, origin with { Id = newId, Family = newId, Model = at == 0 ? "" : origin.Model });
        await connection.ExecuteAsync(
            """
            INSERT INTO conversations (id, created, updated, title, model, events, parent, parent_event, owner, family)
            VALUES (@fork, @now, @now, @title, @model, @at, @id, @at, @owner, @family);
            INSERT INTO events (conversation, number, line, words)
            SELECT @fork, number, line, words FROM events WHERE conversation = @id AND number <= @at
            """,
            cancellationToken,
            ("fork", fork.Id), ("now", Now()), ("title", fork.Title), ("model", fork.Model),
            ("at", at), ("id", origin.Id), ("owner", fork.Owner), ("family", fork.Family));
        await transaction.CommitAsync(cancellationToken);
        return fork.Id;
    }

    private static async Task<ConversationSummary> OneAsync(DbConnection connection, string id, CancellationToken cancellationToken) =>
        (await SummariesAsync(connection, "FROM conversations WHERE id = @id", cancellationToken, ("id", SearchWords.Plain(id))))
            .SingleOrDefault() ?? throw NotFound(id);

    private static Task<IReadOnlyList<ConversationSummary>> SummariesAsync(
        DbConnection connection, string from, CancellationToken cancellationToken, params (string Name, object? Value)[] values) =>
        connection.QueryAsync(
            $"SELECT {Columns} {from}",
            row => new ConversationSummary(
                row.GetString(0), row.Time(1), row.Time(2), row.GetString(3), row.GetString(4), row.GetInt64(5),
                row.Maybe(6) is { } parent ? new ConversationOrigin(parent, row.GetInt64(7)) : null,
                row.GetString(8), row.GetString(9)),
            cancellationToken,
            values);

    private static (string Name, object? Value)[] Place(string place) => place.Split('_') is [var updated, var id]
        ? [("updated", updated), ("id", id)]
        : throw new ArgumentException($"'{place}' is no place in a list of conversations; take it from the list.", nameof(place));

    private static KeyNotFoundException NotFound(string id) =>
        new($"There is no conversation '{id}'; 'codeact conversations' lists those that there are.");

    // Ten characters of 32: fit to be typed, and with a million conversations two alike are as good as impossible.
    private static string NewId() => RandomNumberGenerator.GetString("0123456789abcdefghjkmnpqrstvwxyz", 10);

    private static string Title(string task)
    {
        var title = SearchWords.Plain(task);
        return SearchWords.Plain(title.Length <= LongestTitle ? title : title[..(LongestTitle - 1)] + "…");
    }

    private string Now() => DbCommands.Text(_time.GetUtcNow());
}
