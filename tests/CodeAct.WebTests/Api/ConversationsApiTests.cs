using System.Net;
using System.Text.Json;
using CodeAct.Agents;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Api;

public sealed class ConversationsApiTests(WebHost host) : IDisposable
{
    private readonly HttpClient _client = host.Client();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_answered_and_the_interpreter_remembers()
    {
        var talk = await Talk.BeginAsync(_client);
        Assert.Equal(StopReason.Answered, (await talk.AskAsync("`x = 6`")).Reason);
        Assert.Contains("42", (await talk.AskAsync("`x * 7`")).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_comes_again_misses_no_event_and_gets_none_twice()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.AskAsync("`print('one')` and `print('two')`");
        var all = await talk.EventsAsync(0).TakeWhile(stored => stored.Entry.Event is not RunEnded).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(number => (long)number), all.Select(stored => stored.Number));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{talk.Path}/events");
        request.Headers.Add("Last-Event-ID", $"{all[^1].Number}");
        using var again = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var lines = new StreamReader(await again.Content.ReadAsStreamAsync(Cancel));
        var text = "";
        while (!text.Contains("event: state", StringComparison.Ordinal))
        {
            text += await lines.ReadLineAsync(Cancel) + "\n";
        }

        Assert.Contains("runEnded", text, StringComparison.Ordinal);
        Assert.DoesNotContain("runStarted", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fork_goes_on_from_an_earlier_point_with_the_variables_of_that_point()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.AskAsync("`x = 1`");
        var at = await talk.LastAsync();
        await talk.AskAsync("`x = 2`");
        using var forked = await _client.PostAsJsonAsync($"{talk.Path}/fork", new { at }, Cancel);
        var fork = new Talk(_client, (await forked.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!);
        Assert.Contains("1", (await fork.AskAsync("`print(x)`")).Answer, StringComparison.Ordinal);
        Assert.Contains("2", (await talk.AskAsync("`print(x)`")).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_waits_for_an_approval_and_goes_on_with_changed_arguments()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.SendAsync("`print(send_mail(to='eve', text='hello'))`");
        var asked = await talk.UntilAsync<ApprovalRequested>(0);
        var call = ((ApprovalRequested)asked.Entry.Event).Call;
        using var answered = await _client.PostAsJsonAsync(
            $"{talk.Path}/approvals/{call}", new { approve = true, arguments = new { to = "adam", text = "hello" } }, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, answered.StatusCode);
        var ended = (RunEnded)(await talk.UntilAsync<RunEnded>(asked.Number)).Entry.Event;
        Assert.Contains("sent 'hello' to adam", ended.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_comes_at_the_very_end_of_the_one_before_is_taken_up()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.SendAsync("0");
        var ended = 0;
        await foreach (var _ in talk.EventsAsync(0).Where(stored => stored.Entry.Event is RunEnded).WithCancellation(Cancel))
        {
            if (++ended == 50)
            {
                break;
            }

            await talk.SendAsync($"{ended}");
        }

        Assert.Equal(50, ended);
    }

    [Fact]
    public async Task Stopping_interrupts_the_cell_and_the_run_goes_on()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.SendAsync("`while True: pass`");
        var started = await talk.UntilAsync<CellStarted>(0);
        using var stopped = await _client.PostAsync($"{talk.Path}/stop", null, Cancel);
        var ended = (RunEnded)(await talk.UntilAsync<RunEnded>(started.Number)).Entry.Event;
        Assert.Equal(StopReason.Answered, ended.Reason);
        Assert.Contains("interrupted", ended.Answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("GET", "api/conversations/nosuchone1", HttpStatusCode.NotFound)]
    [InlineData("POST", "api/conversations/nosuchone1/messages", HttpStatusCode.BadRequest)]
    [InlineData("GET", "no/such/page", HttpStatusCode.NotFound)]
    public async Task An_error_is_told_as_problem_details(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{", null, "application/json") };
        using var response = await _client.SendAsync(request, Cancel);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    public void Dispose() => _client.Dispose();
}
