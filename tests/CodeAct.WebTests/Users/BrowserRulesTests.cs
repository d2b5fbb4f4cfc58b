using System.Net;
using System.Net.WebSockets;
using CodeAct.Web;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Users;

/// <summary>What another site could try through somebody's browser.</summary>
public sealed class BrowserRulesTests(AccessHost host, WebHost open)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("localhost:5080", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.BadRequest)]
    public async Task Without_accounts_only_names_of_this_machine_are_answered_to(string name, HttpStatusCode expected)
    {
        using var client = open.Client();
        client.DefaultRequestHeaders.Host = name;

        using var answered = await client.GetAsync("api/conversations", Cancel);

        Assert.Equal(expected, answered.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "http://localhost:1", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.Created)]
    [InlineData("X-Nothing", "a program", HttpStatusCode.Created)]
    public async Task A_page_of_another_site_can_change_nothing_even_where_nobody_signs_in(string header, string value, HttpStatusCode expected)
    {
        using var client = open.Client();
        client.DefaultRequestHeaders.Add(header, value);

        using var answered = await client.PostAsync("api/conversations", null, Cancel);

        Assert.Equal(expected, answered.StatusCode);
    }

    [Fact]
    public async Task A_page_of_this_site_may()
    {
        using var client = open.Client();
        client.DefaultRequestHeaders.Add("Origin", open.Server.Url.GetLeftPart(UriPartial.Authority));

        using var answered = await client.PostAsync("api/conversations", null, Cancel);

        Assert.Equal(HttpStatusCode.Created, answered.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_open_a_socket()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(
            () => socket.ConnectAsync(new UriBuilder(open.Server.Url) { Scheme = "ws", Path = "/_blazor" }.Uri, Cancel));

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_cookie_alone_changes_nothing_a_browser_has_to_say_where_the_request_comes_from()
    {
        using var browser = new Browser(host.Server.Url);
        await browser.SignInAsync("ann", AccessHost.Password);
        using var client = host.Client();
        client.DefaultRequestHeaders.Add("Cookie", string.Join("; ", browser.Cookies));
        using var read = await client.GetAsync("api/me", Cancel);
        using var silent = await client.PostAsync("api/conversations", null, Cancel);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var said = await client.PostAsync("api/conversations", null, Cancel);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Created), (read.StatusCode, silent.StatusCode, said.StatusCode));
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var client = host.Client();
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var form = new FormUrlEncodedContent([new("name", "ann"), new("password", AccessHost.Password)]);

        using var answered = await client.PostAsync("signin", form, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answered.StatusCode);
        Assert.False(answered.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Every_reply_forbids_foreign_scripts_frames_and_guessing()
    {
        using var client = host.Client();
        foreach (var path in (string[])["signin", "api/me", "nowhere", "account"])
        {
            using var answered = await client.GetAsync(path, Cancel);
            var policy = answered.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("frame-ancestors 'none'", policy);
            Assert.Contains("script-src 'self';", policy);
            Assert.DoesNotContain("unsafe", policy);
            Assert.Equal("nosniff", answered.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("same-origin", answered.Headers.GetValues("Referrer-Policy").Single());
            Assert.False(answered.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Cookies_are_out_of_reach_of_scripts_and_of_other_sites()
    {
        using var client = host.Client();

        using var answered = await client.GetAsync("signin", Cancel);

        var cookie = answered.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Where_others_can_reach_it_cookies_go_over_TLS_only_and_a_form_without_it_says_what_to_do()
    {
        var directory = Directory.CreateTempSubdirectory("codeact-cookies-").FullName;
        try
        {
            var options = AccessHost.Options(directory, new EchoModel(TimeProvider.System));
            await using var server = await WebServer.StartAsync(
                options with { Access = options.Access with { AllowsPlainCookies = false, Proxies = [IPNetwork.Parse("127.0.0.0/8")] } }, Cancel);
            using var client = new HttpClient { BaseAddress = server.Url };

            using var plain = await client.GetAsync("signin", Cancel);
            client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
            using var secure = await client.GetAsync("signin", Cancel);

            Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
            Assert.Contains("--proxy", await plain.Content.ReadAsStringAsync(Cancel));
            Assert.False(plain.Headers.Contains("Set-Cookie"));
            Assert.Contains("secure", secure.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_others_can_reach_does_not_start_without_accounts()
    {
        var refused = await Assert.ThrowsAsync<IOException>(() => WebServer.StartAsync(
            WebHost.Options("/nowhere", open.Model) with { Url = new Uri("http://0.0.0.0:0") }, Cancel));

        Assert.Contains("require accounts", refused.Message);
    }
}
