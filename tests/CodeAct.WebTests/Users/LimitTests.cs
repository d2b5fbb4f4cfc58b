using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CodeAct.Conversations.Sql;
using CodeAct.Web;
using CodeAct.Web.Users;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Users;

public sealed class LimitTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-limits-").FullName;
    private WebServer? _server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Who_asks_too_much_is_told_when_to_come_again_and_others_are_not_kept_waiting()
    {
        var (ann, bob) = await StartAsync(new AccessLimits { RequestsPerUser = 5 });

        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number < 6; number++)
        {
            using var answered = await ann.GetAsync("api/me", Cancel);
            statuses.Add(answered.StatusCode);
        }

        using var refused = await ann.GetAsync("api/me", Cancel);
        using var others = await bob.GetAsync("api/me", Cancel);
        Assert.Equal(Enumerable.Repeat(HttpStatusCode.OK, 5).Append(HttpStatusCode.TooManyRequests), statuses);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.OK, others.StatusCode);
    }

    [Fact]
    public async Task Passwords_can_be_tried_out_only_slowly_from_one_address()
    {
        await StartAsync(new AccessLimits { SignInsPerAddress = 3 });
        using var browser = new Browser(_server!.Url);

        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number < 4; number++)
        {
            await browser.OpenAsync("/signin");
            await browser.SendAsync("/signin", ("name", $"user{number}"), ("password", "a guess"));
            statuses.Add(browser.Status);
        }

        Assert.Equal(Enumerable.Repeat(HttpStatusCode.Unauthorized, 3).Append(HttpStatusCode.TooManyRequests), statuses);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var (ann, _) = await StartAsync(new AccessLimits { RequestBytes = 10_000 });
        var talk = await Talk.BeginAsync(ann);

        using var large = await ann.PostAsync($"{talk.Path}/files?name=a.bin", new ByteArrayContent(new byte[10_001]), Cancel);
        using var fits = await ann.PostAsync($"{talk.Path}/files?name=a.bin", new ByteArrayContent(new byte[9_999]), Cancel);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.Created), (large.StatusCode, fits.StatusCode));
    }

    [Fact]
    public async Task Everyone_has_so_many_conversations_files_and_interpreters()
    {
        var (ann, bob) = await StartAsync(new AccessLimits { Conversations = 3, FileBytes = 2_000, Sessions = 1 });
        var first = await Talk.BeginAsync(ann);
        var second = await Talk.BeginAsync(ann);
        await Talk.BeginAsync(ann);

        using var fourth = await ann.PostAsync("api/conversations", null, Cancel);
        using var forked = await ann.PostAsJsonAsync($"{first.Path}/fork", new { at = 0 }, Cancel);
        using var bobs = await bob.PostAsync("api/conversations", null, Cancel);
        Assert.Equal(
            (HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests, HttpStatusCode.Created),
            (fourth.StatusCode, forked.StatusCode, bobs.StatusCode));
        Assert.Contains("delete some", (await fourth.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("detail").GetString());

        // The one that rests makes room for the other, and remembers when it is its turn again.
        await first.AskAsync("`x = 42`");
        await second.SendAsync("`while True: pass`");
        await second.UntilAsync<CodeAct.Agents.CellStarted>(0);
        using var refused = await ann.PostAsJsonAsync($"{first.Path}/messages", new { text = "`print(x)`" }, Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("interpreters that you may have are at work", await refused.Content.ReadAsStringAsync(Cancel));
        using var stop = await ann.PostAsync($"{second.Path}/stop", null, Cancel);
        await second.UntilAsync<CodeAct.Agents.RunEnded>(0);
        Assert.Contains("42", (await first.AskAsync("`print(x)`")).Answer);

        using var session = await ann.PostAsync("api/sessions", null, Cancel);
        using var another = await ann.PostAsync("jupyter/api/kernels", null, Cancel);
        using var execute = await ann.PostAsJsonAsync("execute", new { convid = "1", code = "1" }, Cancel);
        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests),
            (session.StatusCode, another.StatusCode, execute.StatusCode));

        using var fits = await ann.PostAsync($"{first.Path}/files?name=a.bin", new ByteArrayContent(new byte[3_000]), Cancel);
        using var full = await ann.PostAsync($"{first.Path}/files?name=b.bin", new ByteArrayContent(new byte[1]), Cancel);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.TooManyRequests), (fits.StatusCode, full.StatusCode));
    }

    private async Task<(HttpClient Ann, HttpClient Bob)> StartAsync(AccessLimits limits)
    {
        var options = AccessHost.Options(_directory, new EchoModel(TimeProvider.System));
        _server = await WebServer.StartAsync(options with { Access = options.Access with { Limits = limits } }, Cancel);
        await using var database = await SqliteDatabase.OpenAsync(Path.Combine(_directory, "conversations.db"), Cancel);
        var accounts = await Accounts.OpenAsync(database, TimeProvider.System, Cancel);
        return (await ClientAsync("ann"), await ClientAsync("bob"));

        async Task<HttpClient> ClientAsync(string name)
        {
            var user = await accounts.AddAsync(name, AccessHost.Password, isAdmin: false, Cancel);
            var (key, _) = await new ApiKeys(database, TimeProvider.System).AddAsync(user.Id, "test", Scopes.Of(user), null, Cancel);
            var client = new HttpClient { BaseAddress = _server!.Url };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            return client;
        }
    }
}
