using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CodeAct.Agents;

namespace CodeAct.Conversations;

/// <summary>Conversations in two tables of a database; what differs between databases is in the classes below it.</summary>
public abstract class SqlConversationStore : IConversationStore
{
    private const string Columns = "id, created, updated, title, model, events, parent, parent_event";
    private const int LongestTitle = 200; // characters

    private readonly TimeProvider _time;

    private protected SqlConversationStore(TimeProvider time) => _time = time;

    /// <summary>Gives an open connection that may be kept until it is disposed.</summary>
    private protected abstract Task<DbConnection> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction that writes, and waits for another one that does.</summary>
    private protected abstract Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>The function for the place of one text in another, 0 when it is not in it.</summary>
    private protected abstract string Position { get; }

    /// <inheritdoc/>
    public async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        var id = NewId();
        await using var insert = connection.Command(
            "INSERT INTO conversations (id, created, updated) VALUES (@id, @now, @now)", ("id", id), ("now", Text(_time.GetUtcNow())));
        await insert.ExecuteNonQueryAsync(cancellationToken);
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
        await using var connection = await ConnectAsync(cancellationToken);
        await using var transaction = await BeginWriteAsync(connection, cancellationToken);
        await using var update = connection.Command(
            """
            UPDATE conversations SET events = events + @count, updated = @updated,
                title = CASE WHEN title = '' THEN @title ELSE title END, model = CASE WHEN @model = '' THEN model ELSE @model END
            WHERE id = @id AND events = @after
            """,
            ("count", (long)entries.Count),
            ("updated", Text(entries[^1].At)),
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
        string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await OneAsync(connection, id, cancellationToken);
        await using var select = connection.Command(
            "SELECT number, line FROM events WHERE conversation = @id ORDER BY number", ("id", id));
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            yield return new StoredEvent(rows.GetInt64(0), LogJson.Read(rows.GetString(1)));
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ConversationSummary>> FindAsync(string search, int most, CancellationToken cancellationToken)
    {
        var words = SearchWords.In(search);
        var conditions = words.Select((_, index) =>
            $"EXISTS (SELECT 1 FROM events WHERE conversation = conversations.id AND {Position}(words, @word{index}) > 0)");
        var where = words.Count == 0 ? "events > 0" : string.Join(" AND ", conditions);
        await using var connection = await ConnectAsync(cancellationToken);
        return await SummariesAsync(
            connection,
            $"WHERE {where} ORDER BY updated DESC, id LIMIT @most",
            cancellationToken,
            [("most", (long)most), .. words.Select((word, index) => ($"word{index}", (object)word))]);
    }

    /// <inheritdoc/>
    public async Task<ConversationSummary> GetAsync(string idOrBeginning, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        var found = await SummariesAsync(
            connection,
            "WHERE substr(id, 1, @length) = @beginning ORDER BY id LIMIT 5",
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
    public async Task<string> ForkAsync(string id, long at, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var transaction = await BeginWriteAsync(connection, cancellationToken);
        var origin = await OneAsync(connection, id, cancellationToken);
        if (at < 0 || at > origin.Events)
        {
            throw new ArgumentOutOfRangeException(
                nameof(at), at, $"Conversation {id} has {origin.Events} events; it cannot be forked at {at}.");
        }

        var fork = NewId();
        await using var copy = connection.Command(
            """
            INSERT INTO conversations (id, created, updated, title, model, events, parent, parent_event)
            SELECT @fork, @now, @now, CASE WHEN @at = 0 THEN '' ELSE title END, CASE WHEN @at = 0 THEN '' ELSE model END, @at, id, @at
            FROM conversations WHERE id = @id;
            INSERT INTO events (conversation, number, line, words)
            SELECT @fork, number, line, words FROM events WHERE conversation = @id AND number <= @at
            """,
            ("fork", fork), ("now", Text(_time.GetUtcNow())), ("at", at), ("id", id));
        await copy.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return fork;
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Brings the tables to today's form, from none or from those of an earlier version.</summary>
    /// <param name="database">The first part of the scripts' names.</param>
    /// <param name="version">What the database says of itself; 0 when there are no tables.</param>
    /// <param name="connection">Inside a transaction that writes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Today's version.</returns>
    private protected static async Task<int> UpgradeAsync(
        string database, int version, DbConnection connection, CancellationToken cancellationToken)
    {
        if (version > SchemaVersion)
        {
            throw new NotSupportedException(
                $"The conversations have schema version {version}, and this program knows up to {SchemaVersion}; take a newer one.");
        }

        while (version < SchemaVersion)
        {
            await using var script = connection.Command(Script($"{database}-{++version}.sql"));
            await script.ExecuteNonQueryAsync(cancellationToken);
        }

        return version;
    }

    /// <summary>The version of the tables that this program writes.</summary>
    internal const int SchemaVersion = 2;

    private static string Script(string name)
    {
        using var stream = typeof(SqlConversationStore).Assembly.GetManifestResourceStream(typeof(SqlConversationStore), $"Sql.{name}")
            ?? throw new InvalidOperationException($"The script '{name}' is not in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static async Task<ConversationSummary> OneAsync(DbConnection connection, string id, CancellationToken cancellationToken) =>
        (await SummariesAsync(connection, "WHERE id = @id", cancellationToken, ("id", SearchWords.Plain(id)))).SingleOrDefault()
        ?? throw NotFound(id);

    private static async Task<IReadOnlyList<ConversationSummary>> SummariesAsync(
        DbConnection connection, string condition, CancellationToken cancellationToken, params (string Name, object Value)[] values)
    {
        await using var select = connection.Command($"SELECT {Columns} FROM conversations {condition}", values);
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        var found = new List<ConversationSummary>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var origin = await rows.IsDBNullAsync(6, cancellationToken)
                ? null
                : new ConversationOrigin(rows.GetString(6), rows.GetInt64(7));
            found.Add(new ConversationSummary(
                rows.GetString(0), Time(rows.GetString(1)), Time(rows.GetString(2)),
                rows.GetString(3), rows.GetString(4), rows.GetInt64(5), origin));
        }

        return found;
    }

    private static KeyNotFoundException NotFound(string id) =>
        new($"There is no conversation '{id}'; 'codeact conversations' lists those that there are.");

    // Ten characters of 32: fit to be typed, and with a million conversations two alike are as good as impossible.
    private static string NewId() => RandomNumberGenerator.GetString("0123456789abcdefghjkmnpqrstvwxyz", 10);

    private static string Title(string task)
    {
        var title = SearchWords.Plain(task);
        return SearchWords.Plain(title.Length <= LongestTitle ? title : title[..(LongestTitle - 1)] + "…");
    }

    // Text of equal length, in UTC, sorts as the times do.
    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

/// <summary>Commands in one expression.</summary>
internal static class DbCommands
{
    public static DbCommand Command(this DbConnection connection, string text, params (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
