using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace CodeAct.Conversations.Sql;

/// <summary>One file of SQLite.</summary>
/// <remarks>
/// Write-ahead log, synchronized with the disk before a transaction is acknowledged. Several processes may use the file; it must not
/// lie on a network file system.
/// </remarks>
public sealed class SqliteDatabase : SqlDatabase
{
    private readonly string _connection;

    private SqliteDatabase(string file) =>
        _connection = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = 30 }.ToString();

    internal override string Position => "instr";

    private protected override string Dialect => "sqlite";

    /// <summary>Opens the file; one that is not there is made, with its directory.</summary>
    /// <param name="file">The file. It can be read by its owner only, when it is made here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The file cannot be used, or is none of SQLite.</exception>
    public static async Task<SqliteDatabase> OpenAsync(string file, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(file);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path) && !OperatingSystem.IsWindows())
            {
                var mode = new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.ReadWrite,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                };
                await using var made = new FileStream(path, mode);
            }

            var database = new SqliteDatabase(path);
            await using var connection = await database.ConnectAsync(cancellationToken);
            await connection.ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);
            return database;
        }
        catch (SqliteException refused)
        {
            throw new IOException($"The conversations in '{path}' cannot be opened: {refused.Message}", refused);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(_connection);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }

    internal override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connection);
        await connection.OpenAsync(cancellationToken);
        await connection.ExecuteAsync("PRAGMA synchronous = FULL", cancellationToken); // of the connection, not of the file
        return connection;
    }

    // Not deferred: two transactions that both read before they write would end in an error instead of one after the other.
    internal override async Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(cancellationToken);

    private protected override Task<DbTransaction> BeginUpgradeAsync(DbConnection connection, CancellationToken cancellationToken) =>
        BeginWriteAsync(connection, cancellationToken);

    private protected override async Task<int> VersionAsync(
        DbConnection connection, string tables, CancellationToken cancellationToken)
    {
        await using var any = connection.Command("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'schema_version'");
        var isNoted = tables != SqlConversationStore.Tables.Name;
        if (isNoted && (long)(await any.ExecuteScalarAsync(cancellationToken))! == 0)
        {
            return 0;
        }

        await using var ask = connection.Command(
            isNoted ? "SELECT COALESCE(MAX(version), 0) FROM schema_version WHERE tables = @tables" : "PRAGMA user_version",
            ("tables", tables));
        return (int)(long)(await ask.ExecuteScalarAsync(cancellationToken))!;
    }

    // That of the conversations is the file's own, where programs look that know of no other tables.
    private protected override Task NoteVersionAsync(
        DbConnection connection, string tables, int version, CancellationToken cancellationToken) =>
        tables == SqlConversationStore.Tables.Name
            ? connection.ExecuteAsync($"PRAGMA user_version = {version.ToString(CultureInfo.InvariantCulture)}", cancellationToken)
            : connection.ExecuteAsync(
                """
                CREATE TABLE IF NOT EXISTS schema_version (tables TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
                INSERT OR REPLACE INTO schema_version VALUES (@tables, @version)
                """,
                cancellationToken,
                ("tables", tables),
                ("version", version));
}
