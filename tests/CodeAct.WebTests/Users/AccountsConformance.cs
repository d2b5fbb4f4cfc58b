using CodeAct.Conversations;
using CodeAct.Conversations.Sql;
using CodeAct.SystemTests.Conversations;
using CodeAct.Web.Users;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.WebTests.Users;

/// <summary>Users and keys beside conversations, the same on each database.</summary>
public abstract class AccountsConformance : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SqlDatabase? _database;
    private Accounts? _accounts;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Accounts Accounts => _accounts!;

    private ApiKeys Keys => new(_database!, _time);

    /// <summary>Opens the database of this test, each time the same.</summary>
    protected abstract Task<SqlDatabase> OpenAsync();

    /// <summary>All that the database holds, as text.</summary>
    protected abstract Task<string> DumpAsync();

    /// <summary>Says that a later program made the tables of users.</summary>
    protected abstract Task AgeAsync();

    public virtual async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _accounts = await Accounts.OpenAsync(_database, _time, Cancel);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task Users_stand_beside_conversations_whichever_came_first_and_each_has_its_own_version()
    {
        await Accounts.AddAsync("ann", Password, isAdmin: true, Cancel);
        var store = await SqlConversationStore.OpenAsync(await OpenAsync(), _time, Cancel);
        var id = await store.BeginAsync("", Cancel);
        await store.DisposeAsync();

        await using var again = await OpenAsync();
        Assert.True((await (await Accounts.OpenAsync(again, _time, Cancel)).NamedAsync("Ann", Cancel)).IsAdmin);
        await AgeAsync();
        var refused = await Assert.ThrowsAsync<NotSupportedException>(() => Accounts.OpenAsync(again, _time, Cancel));
        Assert.Contains("users have schema version 99", refused.Message);
        await using var kept = await SqlConversationStore.OpenAsync(await OpenAsync(), _time, Cancel);
        Assert.Equal(id, (await kept.GetAsync(id, Cancel)).Id);
    }

    [Fact]
    public async Task A_name_is_one_users_in_whatever_case_and_a_password_is_not_easy()
    {
        var ann = await Accounts.AddAsync("Ann", Password, isAdmin: false, Cancel);

        Assert.Equal(new SignInResult.Done(ann), await Accounts.SignInAsync("aNN", Password, Cancel));
        Assert.Equal([ann], await Accounts.ListAsync(Cancel));
        foreach (var (name, password) in ((string, string)[])[
            ("ANN", Password), ("", Password), ("a b", Password), (new string('a', 65), Password),
            ("bob", "short"), ("bob", "my name is bob"), ("bob", "aaaaaaaaaaaaaaaa"), ("bob", new string('x', 201))])
        {
            await Assert.ThrowsAsync<AccountException>(() => Accounts.AddAsync(name, password, isAdmin: false, Cancel));
        }

        Assert.IsType<SignInResult.Wrong>(await Accounts.SignInAsync("bob", Password, Cancel));
    }

    [Fact]
    public async Task Of_many_tries_at_once_only_the_first_few_are_made_and_the_account_opens_again_after_a_while()
    {
        var ann = await Accounts.AddAsync("ann", Password, isAdmin: false, Cancel);

        var tries = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Accounts.SignInAsync("ann", $"guess {number}", Cancel)));

        Assert.Equal(Accounts.MostTries, tries.OfType<SignInResult.Wrong>().Count());
        Assert.Equal(
            new SignInResult.Locked(_time.GetUtcNow() + Accounts.Lockout), await Accounts.SignInAsync("ann", Password, Cancel));
        _time.Advance(Accounts.Lockout);
        Assert.Equal(new SignInResult.Done(ann), await Accounts.SignInAsync("ann", Password, Cancel));
        Assert.IsType<SignInResult.Wrong>(await Accounts.SignInAsync("ann", "a slip", Cancel));
        Assert.Equal(new SignInResult.Done(ann), await Accounts.SignInAsync("ann", Password, Cancel));
    }

    [Fact]
    public async Task Another_password_changes_the_stamp_and_unlocks()
    {
        var ann = await Accounts.AddAsync("ann", Password, isAdmin: false, Cancel);
        for (var number = 0; number < Accounts.MostTries; number++)
        {
            await Accounts.SignInAsync("ann", "a guess", Cancel);
        }

        await Accounts.SetPasswordAsync(ann, "another horse battery", Cancel);

        Assert.NotEqual(ann.Stamp, (await Accounts.GetAsync(ann.Id, Cancel))!.Stamp);
        Assert.IsType<SignInResult.Wrong>(await Accounts.SignInAsync("ann", Password, Cancel));
        Assert.IsType<SignInResult.Done>(await Accounts.SignInAsync("ann", "another horse battery", Cancel));
    }

    [Fact]
    public async Task An_invitation_is_for_one_and_for_a_time_and_is_not_used_up_by_a_mistake()
    {
        var (one, old) = (await Accounts.InviteAsync(TimeSpan.FromDays(2), Cancel), await Accounts.InviteAsync(TimeSpan.FromDays(1), Cancel));
        await Assert.ThrowsAsync<AccountException>(() => Accounts.AddInvitedAsync(one, "ann", "short", Cancel));
        _time.Advance(TimeSpan.FromDays(1));

        await Accounts.AddInvitedAsync(one, "ann", Password, Cancel);

        await Assert.ThrowsAsync<AccountException>(() => Accounts.AddInvitedAsync(one, "bob", Password, Cancel));
        await Assert.ThrowsAsync<AccountException>(() => Accounts.AddInvitedAsync(old, "bob", Password, Cancel));
        await Assert.ThrowsAsync<AccountException>(() => Accounts.AddInvitedAsync("", "bob", Password, Cancel));
        Assert.Equal(["ann"], (await Accounts.ListAsync(Cancel)).Select(user => user.Name));
    }

    [Fact]
    public async Task Who_comes_from_elsewhere_is_the_same_user_again_and_never_one_who_is_here_already()
    {
        var ann = await Accounts.AddAsync("ann", Password, isAdmin: false, Cancel);

        var other = await Accounts.FindOrAddAsync("https://id.example", "1", "Ann", Cancel);
        var again = await Accounts.FindOrAddAsync("https://id.example", "1", "Anna", Cancel);
        var third = await Accounts.FindOrAddAsync("https://other.example", "1", "", Cancel);

        Assert.NotEqual(ann.Id, other.Id);
        Assert.Equal(("Ann2", other), (other.Name, again));
        Assert.Equal("user", third.Name);
        Assert.Equal((true, false), (await Accounts.HasPasswordAsync(ann.Id, Cancel), await Accounts.HasPasswordAsync(other.Id, Cancel)));
        Assert.IsType<SignInResult.Wrong>(await Accounts.SignInAsync("Ann2", "", Cancel));
    }

    [Fact]
    public async Task A_key_works_until_it_expires_or_is_revoked_or_its_user_is_removed()
    {
        var ann = await Accounts.AddAsync("ann", Password, isAdmin: false, Cancel);
        var (dayLong, expiring) = await Keys.AddAsync(ann.Id, "a day", ["chat"], TimeSpan.FromDays(1), Cancel);
        var (lasting, key) = await Keys.AddAsync(ann.Id, "for ever", ["chat", "execute"], null, Cancel);
        var (nobodys, _) = await Keys.AddAsync("", "nobody's", ["chat"], null, Cancel);

        Assert.Equal((expiring.Id, expiring.LastUsed), ((await Keys.UseAsync(dayLong, Cancel))!.Id, null));
        Assert.Equal(_time.GetUtcNow(), (await Keys.UseAsync(dayLong, Cancel))!.LastUsed);
        Assert.Equal(key.Scopes, (await Keys.UseAsync(lasting, Cancel))!.Scopes);
        Assert.Equal("", (await Keys.UseAsync(nobodys, Cancel))!.Owner);
        Assert.Null(await Keys.UseAsync($"{lasting}x", Cancel));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(await Keys.UseAsync(dayLong, Cancel));
        Assert.False(await Keys.RevokeAsync("somebody else", key.Id, Cancel));
        Assert.Equal(2, (await Keys.ListAsync(ann.Id, Cancel)).Count);
        Assert.True(await Keys.RevokeAsync(ann.Id, key.Id, Cancel));
        Assert.Null(await Keys.UseAsync(lasting, Cancel));

        var (last, _) = await Keys.AddAsync(ann.Id, "the last", ["chat"], null, Cancel);
        await Accounts.RemoveAsync(ann, Cancel);
        Assert.Null(await Keys.UseAsync(last, Cancel));
        Assert.Single(await Keys.ListAsync(null, Cancel));
        Assert.NotEqual(ann.Id, (await Accounts.AddAsync("ann", Password, isAdmin: false, Cancel)).Id);
    }

    [Fact]
    public async Task Nothing_that_opens_anything_can_be_read_from_the_database()
    {
        var ann = await Accounts.AddAsync("ann", Password, isAdmin: false, Cancel);
        var (secret, key) = await Keys.AddAsync(ann.Id, "test", ["chat"], null, Cancel);
        var invitation = await Accounts.InviteAsync(TimeSpan.FromDays(1), Cancel);

        var dump = await DumpAsync();

        Assert.Contains(key.Id, dump);
        Assert.DoesNotContain(Password, dump);
        Assert.DoesNotContain(secret[3..], dump);
        Assert.DoesNotContain(invitation[3..], dump);
    }
}

public sealed class SqliteAccountsTests : AccountsConformance
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-users-").FullName;

    private string DatabaseFile => Path.Combine(_directory, "conversations.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected override async Task<SqlDatabase> OpenAsync() => await SqliteDatabase.OpenAsync(DatabaseFile, Cancel);

    protected override async Task<string> DumpAsync() => string.Concat(
        await Task.WhenAll(Directory.GetFiles(_directory).Select(async file => System.Text.Encoding.Latin1.GetString(await ReadAsync(file)))));

    protected override async Task AgeAsync()
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE schema_version SET version = 99";
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
    }

    // The database has it open.
    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }
}

public sealed class PostgresAccountsTests(PostgresServer server) : AccountsConformance
{
    private string? _connection;

    public override async ValueTask InitializeAsync()
    {
        _connection = await server.CreateDatabaseAsync(Cancel);
        await base.InitializeAsync();
    }

    protected override async Task<SqlDatabase> OpenAsync() => await PostgresDatabase.OpenAsync(_connection!, Cancel);

    protected override Task AgeAsync() => PostgresServer.ExecuteAsync(
        _connection!, "UPDATE codeact.schema_version SET version = 99 WHERE tables = 'users'", Cancel);

    protected override async Task<string> DumpAsync()
    {
        var dump = "";
        await using var source = Npgsql.NpgsqlDataSource.Create(_connection!);
        foreach (var table in (string[])["users", "api_keys", "invitations", "logins", "protection_keys"])
        {
            await using var command = source.CreateCommand($"SELECT * FROM codeact.{table}");
            await using var rows = await command.ExecuteReaderAsync(Cancel);
            while (await rows.ReadAsync(Cancel))
            {
                var values = new object[rows.FieldCount];
                rows.GetValues(values);
                dump += $"{table}: {string.Join('|', values)}\n";
            }
        }

        return dump;
    }
}
