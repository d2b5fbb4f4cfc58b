using CodeAct.Conversations;
using CodeAct.Conversations.Sql;

namespace CodeAct.SystemTests.Conversations;

public sealed class PostgresConversationStoreTests(PostgresServer server) : ConversationStoreConformance
{
    private string? _connection;

    protected override string Database => "postgres";

    public override async ValueTask InitializeAsync()
    {
        _connection = await server.CreateDatabaseAsync(Cancel);
        await base.InitializeAsync();
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_named()
    {
        var refused = await Assert.ThrowsAsync<IOException>(
            () => PostgresDatabase.OpenAsync("Host=/nowhere;Username=x;Database=x", Cancel));

        Assert.Contains("/nowhere", refused.Message);
    }

    protected override async Task<IConversationStore> OpenAsync() =>
        await SqlConversationStore.OpenAsync(await PostgresDatabase.OpenAsync(_connection!, Cancel), Time, Cancel);

    protected override async Task RestoreAsync(string script)
    {
        if (script.Contains("CREATE TABLE", StringComparison.Ordinal))
        {
            _connection = await server.CreateDatabaseAsync(Cancel);
        }

        await PostgresServer.ExecuteAsync(_connection!, script, Cancel);
    }
}
