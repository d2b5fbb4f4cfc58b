using System.Data.Common;
using Npgsql;

namespace CodeAct.Conversations;

/// <summary>Conversations in a database of PostgreSQL 12 or later, in its schema <c>codeact</c>.</summary>
public sealed class PostgresConversationStore : SqlConversationStore
{
    private const long UpgradeLock = 0x636f6465616374; // "codeact": one process at a time makes the tables

    private readonly NpgsqlDataSource _source;

    private PostgresConversationStore(NpgsqlDataSource source, TimeProvider time)
        : base(time) =>
        _source = source;

    private protected override string Position => "strpos";

    /// <summary>Opens the database; tables that are not there are made, those of an earlier version are upgraded.</summary>
    /// <param name="connection">As Npgsql reads it, such as <c>Host=/run/postgresql;Database=codeact</c>.</param>
    /// <param name="time">Dates conversations.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">The connection cannot be read.</exception>
    /// <exception cref="IOException">The server cannot be reached, refuses, or does not write to its disk.</exception>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    public static async Task<PostgresConversationStore> OpenAsync(
        string connection, TimeProvider time, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection) { SearchPath = "codeact" };
        settings.Options = $"{settings.Options} -c synchronous_commit=on".Trim(); // an acknowledgement means durable
        var store = new PostgresConversationStore(NpgsqlDataSource.Create(settings), time);
        try
        {
            await store.UpgradeAsync(cancellationToken);
            return store;
        }
        catch (Exception refused)
        {
            await store.DisposeAsync();
            if (refused is NpgsqlException)
            {
                throw new IOException($"The conversations on '{settings.Host}' cannot be opened: {refused.Message}", refused);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    // A server that was started again has closed the connections that were kept; one of them must not cost an event.
    private protected override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var kept = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var alive = kept.Command("SELECT 1");
            await alive.ExecuteScalarAsync(cancellationToken);
            return kept;
        }
        catch (NpgsqlException)
        {
            await kept.DisposeAsync();
            _source.Clear();
            return await _source.OpenConnectionAsync(cancellationToken);
        }
    }

    private protected override async Task<DbTransaction> BeginWriteAsync(
        DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(cancellationToken);

    private async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var durable = connection.Command("SELECT current_setting('fsync')");
        if (await durable.ExecuteScalarAsync(cancellationToken) is not "on")
        {
            throw new IOException("The PostgreSQL server runs with fsync = off and would lose events; turn it on.");
        }

        await using var transaction = await BeginWriteAsync(connection, cancellationToken);
        await using var prepare = connection.Command(
            """
            SELECT pg_advisory_xact_lock(@lock);
            CREATE SCHEMA IF NOT EXISTS codeact;
            CREATE TABLE IF NOT EXISTS codeact.schema_version (version integer NOT NULL);
            """,
            ("lock", UpgradeLock));
        await prepare.ExecuteNonQueryAsync(cancellationToken);
        await using var ask = connection.Command("SELECT COALESCE(MAX(version), 0) FROM codeact.schema_version");
        var version = (int)(await ask.ExecuteScalarAsync(cancellationToken))!;
        if (version != SchemaVersion)
        {
            version = await UpgradeAsync("postgres", version, connection, cancellationToken);
            await using var note = connection.Command(
                "DELETE FROM codeact.schema_version; INSERT INTO codeact.schema_version VALUES (@version)", ("version", version));
            await note.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
