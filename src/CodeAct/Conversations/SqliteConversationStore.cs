using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CodeAct.Conversations;

/// <summary>Conversations in one file of SQLite.</summary>
/// <remarks>
/// Write-ahead log, synchronized with the disk before an append is acknowledged. Several processes may use the file; it must not
/// lie on a network file system.
/// </remarks>
public sealed class SqliteConversationStore : SqlConversationStore
{
    private readonly string _connection;

    private SqliteConversationStore(string file, TimeProvider time)
        : base(time) =>
        _connection = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = 30 }.ToString();

    private protected override string Position => "instr";

    /// <summary>Opens the file; one that is not there is made, with its directory, and one of an earlier version is upgraded.</summary>
    /// <param name="file">The file. It can be read by its owner only, when it is made here.</param>
    /// <param name="time">Dates conversations.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The file cannot be used, or is none of SQLite.</exception>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    public static async Task<SqliteConversationStore> OpenAsync(string file, TimeProvider time, CancellationToken cancellationToken)
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

            var store = new SqliteConversationStore(path, time);
            await store.UpgradeAsync(cancellationToken);
            return store;
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

    private protected override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connection);
        await connection.OpenAsync(cancellationToken);
        await using var durable = connection.Command("PRAGMA synchronous = FULL"); // of the connection, not of the file
        await durable.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    // Not deferred: two transactions that both read before they write would end in an error instead of one after the other.
    private protected override async Task<DbTransaction> BeginWriteAsync(
        DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(cancellationToken);

    private async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var journal = connection.Command("PRAGMA journal_mode = WAL");
        await journal.ExecuteNonQueryAsync(cancellationToken);
        if (await VersionAsync(connection, cancellationToken) == SchemaVersion)
        {
            return;
        }

        await using var transaction = await BeginWriteAsync(connection, cancellationToken);
        var version = await VersionAsync(connection, cancellationToken); // another process may have been faster
        version = await UpgradeAsync("sqlite", version, connection, cancellationToken);
        await using var note = connection.Command($"PRAGMA user_version = {version}");
        await note.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<int> VersionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = connection.Command("PRAGMA user_version");
        return (int)(long)(await ask.ExecuteScalarAsync(cancellationToken))!;
    }
}
