using System.Data.Common;
using Npgsql;

namespace CodeAct.Conversations.Sql;

/// <summary>A database of PostgreSQL 12 or later, in its schema <c>codeact</c>.</summary>
public sealed class PostgresDatabase : SqlDatabase
{
    private const long UpgradeLock = 0x636f6465616374; // "codeact": one process at a time makes the tables

    private readonly NpgsqlDataSource _source;

    private PostgresDatabase(NpgsqlDataSource source) => _source = source;

    internal override string Position => "strpos";

    private protected override string Dialect => "postgres";

    /// <summary>Opens the database.</summary>
    /// <param name="connection">As Npgsql reads it, such as <c>Host=/run/postgresql;Database=codeact</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">The connection cannot be read.</exception>
    /// <exception cref="IOException">The server cannot be reached, refuses, or does not write to its disk.</exception>
    public static async Task<PostgresDatabase> OpenAsync(string connection, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection) { SearchPath = "codeact" };
        settings.Options = $"{settings.Options} -c synchronous_commit=on".Trim(); // an acknowledgement means durable
        var database = new PostgresDatabase(NpgsqlDataSource.Create(settings));
        try
        {
            await database.PrepareAsync(cancellationToken);
            return database;
        }
        catch (Exception refused)
        {
            await database.DisposeAsync();
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
    internal override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
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

    internal override async Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(cancellationToken);

    private protected override async Task<DbTransaction> BeginUpgradeAsync(
        DbConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await BeginWriteAsync(connection, cancellationToken);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@lock)", cancellationToken, ("lock", UpgradeLock));
        return transaction;
    }

    private protected override async Task<int> VersionAsync(
        DbConnection connection, string tables, CancellationToken cancellationToken)
    {
        await using var ask = connection.Command(
            "SELECT COALESCE(MAX(version), 0) FROM codeact.schema_version WHERE tables = @tables", ("tables", tables));
        return (int)(await ask.ExecuteScalarAsync(cancellationToken))!;
    }

    private protected override Task NoteVersionAsync(
        DbConnection connection, string tables, int version, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        DELETE FROM codeact.schema_version WHERE tables = @tables;
        INSERT INTO codeact.schema_version (tables, version) VALUES (@tables, @version)
        """,
        cancellationToken,
        ("tables", tables),
        ("version", version));

    // Before there were other tables the versions were those of the conversations.
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var durable = connection.Command("SELECT current_setting('fsync')");
        if (await durable.ExecuteScalarAsync(cancellationToken) is not "on")
        {
            throw new IOException("The PostgreSQL server runs with fsync = off and would lose events; turn it on.");
        }

        await using var transaction = await BeginUpgradeAsync(connection, cancellationToken);
        await connection.ExecuteAsync(
            """
            CREATE SCHEMA IF NOT EXISTS codeact;
            CREATE TABLE IF NOT EXISTS codeact.schema_version (version integer NOT NULL);
            ALTER TABLE codeact.schema_version ADD COLUMN IF NOT EXISTS tables text NOT NULL DEFAULT 'conversations';
            """,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
