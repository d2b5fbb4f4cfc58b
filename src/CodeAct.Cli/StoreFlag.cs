using System.CommandLine;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;

namespace CodeAct.Cli;

/// <summary>Where conversations are kept: <c>--store</c>, else <c>CODEACT_STORE</c>, else a file of the user.</summary>
internal sealed class StoreFlag
{
    private readonly Option<string?> _store = new("--store")
    {
        Description = "Where conversations are kept: a file, or postgres:CONNECTION for a PostgreSQL server. "
            + "Default: CODEACT_STORE, else ~/.local/share/codeact/conversations.db.",
        HelpName = "FILE|postgres:CONNECTION",
    };

    public void AddTo(Command command) => command.Options.Add(_store);

    public StoreName Read(ParseResult arguments)
    {
        var named = arguments.GetValue(_store) ?? Environment.GetEnvironmentVariable("CODEACT_STORE");
        return new StoreName(string.IsNullOrEmpty(named) ? StateFiles.Conversations() : named);
    }
}

/// <summary>The place of a store.</summary>
/// <param name="Name">A file, or <c>postgres:</c> and a connection as Npgsql reads it.</param>
internal sealed record StoreName(string Name)
{
    private const string Postgres = "postgres:";

    public async Task<IConversationStore> OpenAsync(CancellationToken cancellationToken) =>
        await SqlConversationStore.OpenAsync(await OpenDatabaseAsync(cancellationToken), TimeProvider.System, cancellationToken);

    /// <summary>Opens the database alone.</summary>
    public Task<SqlDatabase> OpenDatabaseAsync(CancellationToken cancellationToken) =>
        Name.StartsWith(Postgres, StringComparison.Ordinal)
            ? OpenPostgresAsync(Name[Postgres.Length..], cancellationToken)
            : OpenFileAsync(Name, cancellationToken);

    // Each in a method of its own, so that only the library that is used is loaded.
    private static async Task<SqlDatabase> OpenPostgresAsync(string connection, CancellationToken cancellationToken) =>
        await PostgresDatabase.OpenAsync(connection, cancellationToken);

    private static async Task<SqlDatabase> OpenFileAsync(string file, CancellationToken cancellationToken) =>
        await SqliteDatabase.OpenAsync(file, cancellationToken);
}
