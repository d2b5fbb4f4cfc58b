using System.Data.Common;

namespace CodeAct.Conversations.Sql;

/// <summary>A database of SQLite or PostgreSQL in which sets of tables are kept; what differs between the two is in its cases.</summary>
/// <remarks>May be used from several threads, and one database by several processes.</remarks>
public abstract class SqlDatabase : IAsyncDisposable
{
    private protected SqlDatabase()
    {
    }

    /// <summary>The function for the place of one text in another, 0 when it is not in it.</summary>
    internal abstract string Position { get; }

    /// <summary>The first part of the names of its scripts.</summary>
    private protected abstract string Dialect { get; }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Gives an open connection that may be kept until it is disposed.</summary>
    internal abstract Task<DbConnection> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction that writes, and waits for another one that does.</summary>
    internal abstract Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Brings a set of tables to today's form, from none or from those of an earlier version.</summary>
    /// <exception cref="NotSupportedException">A later version made them; they are left as they are.</exception>
    internal async Task UpgradeAsync(SqlTables tables, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        if (await VersionAsync(connection, tables.Name, cancellationToken) == tables.Version)
        {
            return;
        }

        await using var transaction = await BeginUpgradeAsync(connection, cancellationToken);
        var version = await VersionAsync(connection, tables.Name, cancellationToken); // another process may have been faster
        if (version > tables.Version)
        {
            throw new NotSupportedException(
                $"The {tables.Name} have schema version {version}, and this program knows up to {tables.Version}; take a newer one.");
        }

        while (version < tables.Version)
        {
            await connection.ExecuteAsync(tables.Script($"{Dialect}-{++version}.sql"), cancellationToken);
        }

        await NoteVersionAsync(connection, tables.Name, version, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Begins a transaction that nothing else upgrades beside.</summary>
    private protected abstract Task<DbTransaction> BeginUpgradeAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>The version of a set of tables; 0 when there are none.</summary>
    private protected abstract Task<int> VersionAsync(DbConnection connection, string tables, CancellationToken cancellationToken);

    private protected abstract Task NoteVersionAsync(
        DbConnection connection, string tables, int version, CancellationToken cancellationToken);
}

/// <summary>Tables that belong together and are upgraded together.</summary>
/// <param name="Name">What they hold, as a plural; no other set in the database has it.</param>
/// <param name="Version">Today's; there is a script for each from 1.</param>
/// <param name="Beside">A type beside the folder <c>Sql</c> in which the scripts are, embedded in the same assembly.</param>
internal sealed record SqlTables(string Name, int Version, Type Beside)
{
    public string Script(string name)
    {
        using var stream = Beside.Assembly.GetManifestResourceStream(Beside, $"Sql.{name}")
            ?? throw new InvalidOperationException($"The script '{name}' is not in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
