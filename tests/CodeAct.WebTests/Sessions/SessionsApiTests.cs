using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using CodeAct.Web.Sessions;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Sessions;

public sealed class SessionsApiTests(WebHost host) : IDisposable
{
    private readonly HttpClient _client = host.Client();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_keeps_its_variables_and_tells_them_until_it_is_deleted()
    {
        var session = await BeginAsync();
        Assert.Equal("ok", (await RunAsync(session, "x = [1, 2, 3]")).GetProperty("status").GetString());
        Assert.Contains("3", (await RunAsync(session, "len(x)")).GetProperty("text").GetString(), StringComparison.Ordinal);
        var variables = await _client.GetFromJsonAsync<JsonElement>($"{session}/variables", Cancel);
        Assert.Equal("""{"name":"x","type":"list","shape":"3"}""", variables[0].GetRawText().Split(",\"bytes\"")[0] + "}");
        Assert.Equal(2, (await _client.GetFromJsonAsync<JsonElement>(session, Cancel)).GetProperty("cells").GetInt32());
        using var deleted = await _client.DeleteAsync(session, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await _client.PostAsJsonAsync($"{session}/cells", new { code = "x" }, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Contains("session", await gone.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_events_of_a_cell_come_while_it_runs_and_an_interrupt_ends_it()
    {
        var session = await BeginAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{session}/cells")
        {
            Content = JsonContent.Create(new { code = "print('begun', flush=True)\nwhile True: pass" }),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var types = new List<string?>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel))
        {
            var told = JsonDocument.Parse(item.Data).RootElement;
            types.Add(told.GetProperty("type").GetString());
            if (types is ["stream"])
            {
                Assert.Equal("begun\n", told.GetProperty("text").GetString());
                Assert.True((await _client.GetFromJsonAsync<JsonElement>(session, Cancel)).GetProperty("busy").GetBoolean());
                using var interrupted = await _client.PostAsync($"{session}/interrupt", null, Cancel);
            }
            else if (types[^1] == "ended")
            {
                Assert.Equal("interrupted", told.GetProperty("status").GetString());
            }
        }

        Assert.Equal(["stream", "error", "ended"], types);
    }

    [Fact]
    public async Task Files_go_in_and_out_and_can_be_deleted()
    {
        var session = await BeginAsync();
        using var put = await _client.PostAsync($"{session}/files?name=data/prices.csv", new StringContent("a,b\n1,2\n"), Cancel);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        await RunAsync(session, "open('out.txt', 'w').write(open('data/prices.csv').read().upper())");
        Assert.Equal("A,B\n1,2\n", await _client.GetStringAsync($"{session}/files/out.txt", Cancel));
        using var deleted = await _client.DeleteAsync($"{session}/files/data/prices.csv", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        var left = await _client.GetFromJsonAsync<JsonElement>($"{session}/files", Cancel);
        Assert.Equal("out.txt", Assert.Single(left.EnumerateArray()).GetProperty("name").GetString());
        using var outside = await _client.PostAsync($"{session}/files?name=../escape", new StringContent(""), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, outside.StatusCode);
    }

    [Fact]
    public async Task A_checkpoint_takes_variables_and_files_back_and_a_fork_goes_its_own_way()
    {
        var session = await BeginAsync();
        await RunAsync(session, "x = 1; open('f', 'w').write('one')");
        using var kept = await _client.PostAsync($"{session}/checkpoints", null, Cancel);
        var number = (await kept.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetInt32();
        await RunAsync(session, "x = 2; open('f', 'w').write('two')");
        using var forked = await _client.PostAsync($"{session}/fork", null, Cancel);
        var fork = forked.Headers.Location!.ToString();
        using var back = await _client.PostAsync($"{session}/checkpoints/{number}/rollback", null, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        Assert.Contains("1 one", Text(await RunAsync(session, "print(x, open('f').read())")), StringComparison.Ordinal);
        Assert.Contains("2 two", Text(await RunAsync(fork, "print(x, open('f').read())")), StringComparison.Ordinal);
        using var unknown = await _client.PostAsync($"{session}/checkpoints/99/rollback", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_session_goes_on_from_the_interpreter_of_a_conversation_and_leaves_that_alone()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.AskAsync("`x = 41`");
        var before = await talk.LastAsync();
        using var forked = await _client.PostAsync($"{talk.Path}/session", null, Cancel);
        Assert.Equal(HttpStatusCode.Created, forked.StatusCode);
        Assert.Contains("42", Text(await RunAsync(forked.Headers.Location!.ToString(), "x += 1; print(x)")), StringComparison.Ordinal);
        Assert.Equal(before, await talk.LastAsync());
        Assert.Contains("41", (await talk.AskAsync("`print(x)`")).Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"timeout": 5}""", "no code")]
    [InlineData("""{"code": "1", "timeout": 0}""", "above 0")]
    [InlineData("""{"code": "1", "timeout": 86400}""", "at most 3600")]
    public async Task A_cell_that_cannot_be_run_is_refused_with_the_reason(string body, string reason)
    {
        var session = await BeginAsync();
        using var refused = await _client.PostAsync($"{session}/cells", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ID_is_its_owners_alone()
    {
        var sessions = host.Server.Services.GetRequiredService<LiveSessions>();
        var (ann, isNew) = await sessions.OpenAsync("1", "ann", Cancel);
        var (bob, _) = await sessions.OpenAsync("1", "bob", Cancel);
        Assert.True(isNew);
        Assert.NotSame(ann, bob);
        Assert.Same(ann, (await sessions.OpenAsync("1", "ann", Cancel)).Session);
        Assert.Equal([bob], sessions.Of("bob"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => sessions.FindAsync("1", "eve", Cancel));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => sessions.DeleteAsync("1", "eve"));
        await sessions.DeleteAsync("1", "ann");
        Assert.False(bob.Ended.IsCancellationRequested);
        await sessions.DeleteAsync("1", "bob");
    }

    public void Dispose() => _client.Dispose();

    private static string? Text(JsonElement ran) => ran.GetProperty("text").GetString();

    private async Task<string> BeginAsync()
    {
        using var begun = await _client.PostAsync("api/sessions", null, Cancel);
        Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
        return begun.Headers.Location!.ToString();
    }

    private async Task<JsonElement> RunAsync(string session, string code)
    {
        using var ran = await _client.PostAsJsonAsync($"{session}/cells", new { code }, Cancel);
        Assert.True(ran.IsSuccessStatusCode, await ran.Content.ReadAsStringAsync(Cancel));
        return await ran.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
