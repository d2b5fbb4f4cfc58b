using System.Net;
using CodeAct.Web.Users;

namespace CodeAct.WebTests.Users;

public sealed class SignInTests(AccessHost host) : IDisposable
{
    private readonly Browser _browser = new(host.Server.Url);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task Who_is_not_signed_in_is_led_to_the_form_and_back_to_where_it_was_going()
    {
        await _browser.OpenAsync("/account");
        Assert.Equal("/signin", _browser.Place.AbsolutePath);

        await _browser.SendAsync("/signin", ("name", "ANN"), ("password", AccessHost.Password));

        Assert.Equal(("/account", HttpStatusCode.OK), (_browser.Place.AbsolutePath, _browser.Status));
        Assert.Contains("signed in as <strong>ann</strong>", _browser.Page);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task A_link_cannot_lead_to_another_site_after_signing_in(string elsewhere)
    {
        await _browser.OpenAsync($"/signin?returnUrl={Uri.EscapeDataString(elsewhere)}");
        await _browser.SendAsync("/signin", ("name", "ann"), ("password", AccessHost.Password));

        Assert.Equal(host.Server.Url.Authority, _browser.Place.Authority);
        Assert.Equal("/", _browser.Place.AbsolutePath);
    }

    [Theory]
    [InlineData("bob", "not his password")]
    [InlineData("nobody-of-this-name", "not his password")]
    public async Task A_wrong_password_and_an_unknown_name_are_told_alike(string name, string password)
    {
        await _browser.SignInAsync(name, password);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, "The name or the password is wrong."), (_browser.Status, _browser.Problem));
        await _browser.OpenAsync("/account");
        Assert.Equal("/signin", _browser.Place.AbsolutePath);
    }

    [Fact]
    public async Task Who_tries_too_often_is_told_how_long_to_wait_even_with_the_right_password()
    {
        await host.Accounts.AddAsync("guessed", AccessHost.Password, isAdmin: false, Cancel);
        for (var number = 0; number < Accounts.MostTries; number++)
        {
            await _browser.SignInAsync("guessed", $"guess number {number}");
        }

        await _browser.SignInAsync("guessed", AccessHost.Password);

        Assert.Equal(HttpStatusCode.Forbidden, _browser.Status);
        Assert.Contains("locked until", _browser.Problem);
    }

    [Fact]
    public async Task An_invitation_makes_one_account_and_is_then_used_up()
    {
        var invitation = await host.Accounts.InviteAsync(TimeSpan.FromDays(1), Cancel);
        await _browser.OpenAsync($"/register?invitation={invitation}");
        await _browser.SendAsync("/register", ("name", "cleo<b>"), ("password", AccessHost.Password));
        Assert.Contains("'cleo<b>' cannot be a name", _browser.Problem);

        await _browser.SendAsync("/register", ("name", "cleo"), ("password", AccessHost.Password));
        Assert.Equal("/", _browser.Place.AbsolutePath);

        using var second = new Browser(host.Server.Url);
        await second.OpenAsync($"/register?invitation={invitation}");
        await second.SendAsync("/register", ("name", "dora"), ("password", AccessHost.Password));
        Assert.Contains("used up", second.Problem);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Accounts.NamedAsync("dora", Cancel));
    }

    [Fact]
    public async Task Another_password_ends_every_other_sign_in_and_signing_out_ends_this_one()
    {
        await host.Accounts.AddAsync("eve", AccessHost.Password, isAdmin: false, Cancel);
        using var elsewhere = new Browser(host.Server.Url);
        await elsewhere.SignInAsync("eve", AccessHost.Password);
        await _browser.SignInAsync("eve", AccessHost.Password);
        await _browser.OpenAsync("/account");

        await _browser.SendAsync("/account/password", ("current", AccessHost.Password), ("password", "another horse battery"));

        Assert.Equal(("/account", ""), (_browser.Place.AbsolutePath, _browser.Problem));
        await elsewhere.OpenAsync("/account");
        Assert.Equal("/signin", elsewhere.Place.AbsolutePath);
        await elsewhere.SignInAsync("eve", "another horse battery");
        Assert.Equal("/", elsewhere.Place.AbsolutePath);
        await _browser.SendAsync("/signout");
        await _browser.OpenAsync("/account");
        Assert.Equal("/signin", _browser.Place.AbsolutePath);
    }

    [Fact]
    public async Task A_removed_user_is_out_with_the_next_request()
    {
        var user = await host.Accounts.AddAsync("frank", AccessHost.Password, isAdmin: false, Cancel);
        using var program = await host.ClientAsync(user);
        await _browser.SignInAsync("frank", AccessHost.Password);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("api/me", Cancel)).StatusCode);

        await host.Accounts.RemoveAsync(user, Cancel);

        await _browser.OpenAsync("/account");
        Assert.Equal("/signin", _browser.Place.AbsolutePath);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("api/me", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_key_is_made_on_the_page_shown_once_and_revoked_there()
    {
        await host.Accounts.AddAsync("kim", AccessHost.Password, isAdmin: false, Cancel); // others have keys of other tests
        await _browser.SignInAsync("kim", AccessHost.Password);
        await _browser.OpenAsync("/account");
        await _browser.SendAsync("/account/keys", ("name", "a <b>report</b>"), ("days", "30"));
        var secret = _browser.Page[_browser.Page.IndexOf("ca_", _browser.Page.IndexOf("\"secret\"", StringComparison.Ordinal), StringComparison.Ordinal)..][..35];
        using var program = host.Client(secret);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("api/conversations", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.GetAsync("api/keys", Cancel)).StatusCode);

        await _browser.OpenAsync("/account");
        Assert.DoesNotContain(secret, _browser.Page);
        Assert.Contains("a &lt;b&gt;report&lt;/b&gt;", _browser.Page);
        await _browser.SendAsync("/account/keys/revoke");

        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("api/conversations", Cancel)).StatusCode);
    }
}
