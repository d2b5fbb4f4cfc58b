using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;
using CodeAct.SystemTests.Conversations;
using CodeAct.Web.Shares;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.WebTests.Shares;

/// <summary>What is shared, beside conversations, the same on each database.</summary>
public abstract class SharedConversationsConformance : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SqlDatabase? _database;
    private SqlConversationStore? _store;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SqlDatabase Database => _database!;

    private SqlConversationStore Store => _store!;

    /// <summary>Opens the database of this test.</summary>
    protected abstract Task<SqlDatabase> OpenAsync();

    public virtual async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _store = await SqlConversationStore.OpenAsync(_database, _time, Cancel); // which disposes it
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Store.DisposeAsync();
    }

    [Fact]
    public async Task The_same_log_has_the_same_link_and_a_longer_one_another()
    {
        var shares = await SharedConversations.OpenAsync(Database, _time, Cancel);
        var id = await Store.BeginAsync("ann", Cancel);
        await Assert.ThrowsAsync<ArgumentException>(async () => await shares.AddAsync(await Store.GetAsync(id, Cancel), Cancel));
        await SayAsync(id, 0);

        var first = await shares.AddAsync(await Store.GetAsync(id, Cancel), Cancel);
        _time.Advance(TimeSpan.FromDays(1));
        var same = await shares.AddAsync(await Store.GetAsync(id, Cancel), Cancel);
        await SayAsync(id, 1);
        var later = await shares.AddAsync(await Store.GetAsync(id, Cancel), Cancel);

        Assert.Equal((first, 10, "ann", 1L), (same, first.Id.Length, first.Owner, first.Last));
        Assert.Equal((2L, _time.GetUtcNow()), (later.Last, later.Created));
        Assert.NotEqual(first.Id, later.Id);
        Assert.Equal([later, first], await shares.OfAsync(id, Cancel));
        Assert.Equal(first, await shares.FindAsync(first.Id, Cancel));
    }

    [Fact]
    public async Task A_link_leads_nowhere_when_it_was_revoked_or_its_conversation_deleted()
    {
        var shares = await SharedConversations.OpenAsync(Database, _time, Cancel);
        var links = new List<Share>();
        foreach (var owner in (string[])["ann", "bob", "eve"])
        {
            var id = await Store.BeginAsync(owner, Cancel);
            await SayAsync(id, 0);
            links.Add(await shares.AddAsync(await Store.GetAsync(id, Cancel), Cancel));
        }

        await shares.RevokeAsync(links[0].Conversation, Cancel);
        await Store.DeleteAsync(links[1].Conversation, DeletionExtent.Family, Cancel);

        var again = await SharedConversations.OpenAsync(Database, _time, Cancel); // the table is there already
        Assert.Null(await again.FindAsync(links[0].Id, Cancel));
        Assert.Null(await again.FindAsync(links[1].Id, Cancel));
        Assert.Equal(links[2], await again.FindAsync(links[2].Id, Cancel));
        Assert.Null(await again.FindAsync("' OR 1=1\0", Cancel));
    }

    private Task<long> SayAsync(string id, long after) =>
        Store.AppendAsync(id, after, [new LogEntry(_time.GetUtcNow(), new RunStarted("hello", [], "m", ""))], Cancel);
}

public sealed class SqliteSharedConversationsTests : SharedConversationsConformance
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-shares-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected override async Task<SqlDatabase> OpenAsync() => await SqliteDatabase.OpenAsync(Path.Combine(_directory, "a.db"), Cancel);
}

public sealed class PostgresSharedConversationsTests(PostgresServer server) : SharedConversationsConformance
{
    protected override async Task<SqlDatabase> OpenAsync() =>
        await PostgresDatabase.OpenAsync(await server.CreateDatabaseAsync(Cancel), Cancel);
}
