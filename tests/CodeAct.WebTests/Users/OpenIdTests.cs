using CodeAct.Web.Users;

namespace CodeAct.WebTests.Users;

/// <summary>Sign-in elsewhere, against a provider that really signs tokens.</summary>
public sealed class OpenIdTests(AccessHost host) : IDisposable
{
    private const string Start = "/signin/elsewhere?returnUrl=%2Faccount";

    private readonly Browser _browser = new(host.Server.Url);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task Who_is_signed_in_there_is_signed_in_here_as_the_same_user_each_time_whatever_the_name()
    {
        (host.OpenId.Subject, host.OpenId.Name) = ("subject-1", "zoë!");
        await _browser.OpenAsync(Start);
        Assert.Equal("/account", _browser.Place.AbsolutePath);
        Assert.DoesNotContain("/account/password", _browser.Page); // there is none here
        var user = await host.Accounts.NamedAsync("zoë", Cancel);

        host.OpenId.Name = "somebody else";
        using var again = new Browser(host.Server.Url);
        await again.OpenAsync(Start);
        Assert.Contains("<strong>zo", again.Page);

        (host.OpenId.Subject, host.OpenId.Name) = ("subject-2", "Zoë");
        using var other = new Browser(host.Server.Url);
        await other.OpenAsync(Start);
        Assert.NotEqual(user.Id, (await host.Accounts.NamedAsync("zoë2", Cancel)).Id);
        Assert.IsType<SignInResult.Wrong>(await host.Accounts.SignInAsync("zoë", "", Cancel));
    }

    [Fact]
    public async Task A_token_that_somebody_else_signed_or_that_is_for_somebody_else_signs_nobody_in()
    {
        host.OpenId.Forges = true;
        await _browser.OpenAsync(Start);
        Assert.Equal("/signin", _browser.Place.AbsolutePath);
        Assert.Contains("could not be signed in", _browser.Problem);

        (host.OpenId.Forges, host.OpenId.Audience) = (false, "another-client");
        await _browser.OpenAsync(Start);
        host.OpenId.Audience = OpenIdServer.ClientId;
        Assert.Equal("/signin", _browser.Place.AbsolutePath);

        await _browser.OpenAsync("/account");
        Assert.Equal("/signin", _browser.Place.AbsolutePath);
    }

    [Fact]
    public async Task A_reply_that_this_browser_did_not_ask_for_is_refused()
    {
        await _browser.OpenAsync("/signin-oidc?code=stolen&state=forged");

        Assert.Equal("/signin", _browser.Place.AbsolutePath);
        Assert.Contains("could not be signed in", _browser.Problem);
    }
}
