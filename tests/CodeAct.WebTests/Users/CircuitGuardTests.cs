using System.Security.Claims;
using CodeAct.Conversations.Sql;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.WebTests.Users;

public sealed class CircuitGuardTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-guard-").FullName;
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_open_page_does_nothing_more_soon_after_its_user_has_another_password()
    {
        await using var database = await SqliteDatabase.OpenAsync(Path.Combine(_directory, "users.db"), Cancel);
        var accounts = await Accounts.OpenAsync(database, _time, Cancel);
        var ann = await accounts.AddAsync("ann", AccessHost.Password, isAdmin: false, Cancel);
        var (done, nobodys) = (0, 0);
        var anns = new CircuitGuard(accounts, new Opened(Principals.Of(ann, "test")), _time)
            .CreateInboundActivityHandler(_ => Task.FromResult(done++));
        var withoutAccounts = new CircuitGuard(accounts, new Opened(Principals.Of("", "", [Scopes.Chat], "test")), _time)
            .CreateInboundActivityHandler(_ => Task.FromResult(nobodys++));

        await anns(null!);
        await accounts.SetPasswordAsync(ann, "another horse battery", Cancel);
        _time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => anns(null!));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => anns(null!));
        await withoutAccounts(null!);
        Assert.Equal((1, 1), (done, nobodys));
    }

    private sealed class Opened(ClaimsPrincipal by) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(by));
    }
}
