using System.Net;
using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.Web;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Faults;

/// <summary>Servers that end in the middle of things, and what the next one makes of it.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-web-").FullName;
    private readonly EchoModel _model = new(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_the_end_of_the_server_cut_off_goes_on_with_its_variables_and_files()
    {
        string id;
        await using (var first = await StartAsync())
        {
            using var client = Client(first);
            var talk = await Talk.BeginAsync(client);
            id = talk.Id;
            using var file = new StringContent("a,b\n1,2\n");
            (await client.PostAsync($"{talk.Path}/files?name=data.csv", file, Cancel)).EnsureSuccessStatusCode();
            await talk.AskAsync("`x = open('data.csv').read()`");
            await talk.SendAsync("`import time; time.sleep(600)`");
            await talk.UntilAsync<CellStarted>(await talk.LastAsync() - 1);
        }

        await using (var second = await StartAsync())
        {
            using var client = Client(second);
            var talk = new Talk(client, id);
            var goesOn = await talk.EventsAsync(0).Where(stored => stored.Entry.Event is RunStarted).ElementAtAsync(2, Cancel);
            var ended = (RunEnded)(await talk.UntilAsync<RunEnded>(goesOn.Number)).Entry.Event;
            Assert.Equal(StopReason.Answered, ended.Reason);
            Assert.Contains("1,2", (await talk.AskAsync("`print(x)`")).Answer, StringComparison.Ordinal);
            Assert.Contains("1,2", await client.GetStringAsync($"{talk.Path}/files/data.csv", Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_call_that_waits_for_an_approval_waits_on_and_goes_on_where_it_was()
    {
        string id;
        await using (var first = await StartAsync())
        {
            using var client = Client(first);
            var talk = await Talk.BeginAsync(client);
            id = talk.Id;
            await talk.AskAsync("`sent = []`");
            await talk.SendAsync("`sent.append(send_mail(to='eve', text='hello')); print(sent)`");
            await talk.UntilAsync<ApprovalRequested>(0);
        }

        await using (var second = await StartAsync())
        {
            using var client = Client(second);
            var talk = new Talk(client, id);
            var asked = await talk.UntilAsync<ApprovalRequested>(0);
            using var refused = await client.PostAsJsonAsync($"{talk.Path}/messages", new { text = "and now?" }, Cancel);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            using var unknown = await client.PostAsJsonAsync($"{talk.Path}/approvals/99", new { approve = true }, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
            var call = ((ApprovalRequested)asked.Entry.Event).Call;
            using var answered = await client.PostAsJsonAsync($"{talk.Path}/approvals/{call}", new { approve = true }, Cancel);
            Assert.Equal(HttpStatusCode.NoContent, answered.StatusCode);
            var continued = await talk.UntilAsync<RunContinued>(asked.Number);
            var ended = (RunEnded)(await talk.UntilAsync<RunEnded>(continued.Number)).Entry.Event;
            Assert.Contains("sent 'hello' to eve", ended.Answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_that_was_given_before_the_end_and_not_used_yet_is_there_after_it()
    {
        string id;
        await using (var first = await StartAsync())
        {
            using var client = Client(first);
            var talk = await Talk.BeginAsync(client);
            id = talk.Id;
            using var file = new StringContent("hello");
            (await client.PostAsync($"{talk.Path}/files?name=note.txt", file, Cancel)).EnsureSuccessStatusCode();
        }

        await using (var second = await StartAsync())
        {
            using var client = Client(second);
            Assert.Contains("hello", (await new Talk(client, id).AskAsync("`open('note.txt').read()`")).Answer, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Task<WebServer> StartAsync() => WebServer.StartAsync(
        WebHost.Options(_directory, _model) with { Python = new PythonEngineOptions { Modules = [], PoolSize = 1 } }, Cancel);

    private static HttpClient Client(WebServer server) => new() { BaseAddress = server.Url };
}
