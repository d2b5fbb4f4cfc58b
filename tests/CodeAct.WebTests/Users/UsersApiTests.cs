using System.Net;
using System.Text.Json;
using CodeAct.Web;
using CodeAct.Web.Users;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Users;

public sealed class UsersApiTests(AccessHost host)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_makes_keys_that_can_do_no_more_than_itself()
    {
        using var client = await host.ClientAsync(host.Bob, Scopes.Account, Scopes.Chat);
        using var more = await client.PostAsJsonAsync("api/keys", new { name = "more", scopes = (string[])["chat", "execute"] }, Cancel);
        using var none = await client.PostAsJsonAsync("api/keys", new { name = "none", scopes = (string[])[] }, Cancel);
        using var made = await client.PostAsJsonAsync("api/keys", new { name = "as much", scopes = (string[])["chat"], days = 2 }, Cancel);

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.Created), (more.StatusCode, none.StatusCode, made.StatusCode));
        Assert.Contains("scope 'execute', which you do not have", await more.Content.ReadAsStringAsync(Cancel));
        var key = await made.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(48, Math.Round((key.GetProperty("expires").GetDateTimeOffset() - TimeProvider.System.GetUtcNow()).TotalHours));
        using var program = host.Client(key.GetProperty("key").GetString());
        Assert.Equal(["chat"], ScopesOf(await program.GetFromJsonAsync<JsonElement>("api/me", Cancel)));
        using var gone = await client.DeleteAsync(made.Headers.Location, Cancel);
        using var refused = await program.GetAsync("api/me", Cancel);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.Unauthorized), (gone.StatusCode, refused.StatusCode));
    }

    [Fact]
    public async Task An_administrator_adds_invites_and_removes()
    {
        using var admin = await host.ClientAsync(host.Ann, Scopes.Admin);
        using var added = await admin.PostAsJsonAsync("api/users", new { name = "gil", password = AccessHost.Password }, Cancel);
        using var again = await admin.PostAsJsonAsync("api/users", new { name = "Gil", password = AccessHost.Password }, Cancel);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.BadRequest), (added.StatusCode, again.StatusCode));
        Assert.Contains("The name 'Gil' is taken", await again.Content.ReadAsStringAsync(Cancel));
        Assert.Contains("\"gil\"", await admin.GetStringAsync("api/users", Cancel));

        using var invited = await admin.PostAsJsonAsync("api/invitations", new { days = 1 }, Cancel);
        var code = (await invited.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString()!;
        Assert.False((await host.Accounts.AddInvitedAsync(code, "hal", AccessHost.Password, Cancel)).IsAdmin);

        using var removed = await admin.DeleteAsync("api/users/GIL", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Accounts.NamedAsync("gil", Cancel));
    }

    [Fact]
    public async Task Where_registration_is_open_nobody_has_to_be_invited_and_a_restart_signs_nobody_out()
    {
        var directory = Directory.CreateTempSubdirectory("codeact-open-").FullName;
        try
        {
            var options = AccessHost.Options(directory, new EchoModel(TimeProvider.System));
            options = options with { Access = options.Access with { Registration = Registration.Open } };
            string cookies;
            await using (var server = await WebServer.StartAsync(options, Cancel))
            {
                using var browser = new Browser(server.Url);
                await browser.OpenAsync("/register");
                await browser.SendAsync("/register", ("name", "ida"), ("password", AccessHost.Password));
                Assert.Equal(("/", HttpStatusCode.OK), (browser.Place.AbsolutePath, browser.Status));
                cookies = string.Join("; ", browser.Cookies);
            }

            await using var restarted = await WebServer.StartAsync(options, Cancel);
            using var client = new HttpClient { BaseAddress = restarted.Url };
            client.DefaultRequestHeaders.Add("Cookie", cookies);
            Assert.Equal("ida", (await client.GetFromJsonAsync<JsonElement>("api/me", Cancel)).GetProperty("name").GetString());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static IEnumerable<string?> ScopesOf(JsonElement me) => me.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString());
}
