using System.Net;
using System.Text;
using System.Text.Json;
using CodeAct.Python;
using CodeAct.Web;
using CodeAct.Web.Sessions;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Sessions;

/// <summary>What clients of the first CodeAct's execution engine rely on.</summary>
public sealed class ExecuteApiTests(WebHost host) : IDisposable
{
    private readonly HttpClient _client = host.Client();
    private readonly string _convid = $"demo-{Guid.NewGuid()}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_cell_of_a_conversation_makes_its_kernel_and_the_next_one_finds_its_variables()
    {
        Assert.Equal(("[Code executed successfully with no output]", true), await ExecuteAsync("x = 20"));
        Assert.Equal(("21\n22", false), await ExecuteAsync("print(x + 1)\nx + 2"));
        Assert.Equal(("blue\n", false), await ExecuteAsync(@"print('\x1b[1;38;5;21;4mblue\x1b[0m')"));
        var (error, _) = await ExecuteAsync("print('before'); 1 / 0");
        Assert.StartsWith("before\nTraceback (most recent call last):\n", error, StringComparison.Ordinal);
        Assert.EndsWith("\nZeroDivisionError: division by zero", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_figure_is_a_picture_in_Markdown_after_its_text()
    {
        var (text, _) = await ExecuteAsync("import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])");
        const string before = "<Figure size 640x480 with 1 Axes>![image](data:image/png;base64,";
        Assert.StartsWith(before, text, StringComparison.Ordinal);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], Convert.FromBase64String(text[before.Length..^1])[..4]);
    }

    [Fact]
    public async Task The_death_of_an_interpreter_is_told_and_the_conversation_goes_on()
    {
        await ExecuteAsync("x = 1");
        var (death, isNew) = await ExecuteAsync("print('last words', flush=True); import os; os._exit(3)");
        Assert.StartsWith("last words\n[The interpreter ended itself with exit code 3; ", death, StringComparison.Ordinal);
        Assert.False(isNew);
        Assert.Contains("alive", (await ExecuteAsync("print('alive')")).Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_first_cells_at_once_have_one_kernel()
    {
        var both = await Task.WhenAll(ExecuteAsync("a = 1"), ExecuteAsync("b = 2"));
        Assert.Single(both, one => one.IsNew);
        Assert.Equal(("3", false), await ExecuteAsync("a + b"));
    }

    [Fact]
    public async Task A_cell_that_is_out_of_time_is_interrupted_and_an_idle_kernel_is_given_up()
    {
        var directory = Directory.CreateTempSubdirectory("codeact-web-").FullName;
        using var model = new EchoModel(TimeProvider.System);
        var options = WebHost.Options(directory, model) with
        {
            ExecuteTime = TimeSpan.FromSeconds(1),
            BareSessionIdleTime = TimeSpan.FromSeconds(1.5),
            Python = new PythonEngineOptions { PoolSize = 1, Modules = [] },
        };
        await using (var server = await WebServer.StartAsync(options, Cancel))
        {
            using var client = new HttpClient { BaseAddress = server.Url };
            Assert.Equal(
                ("begun\n[Execution timed out (1 seconds).]", true),
                await ExecuteAsync(client, "print('begun'); x = 1\nwhile True: pass", "1"));
            Assert.Equal(("1", false), await ExecuteAsync(client, "x", "1"));
            var session = await server.Services.GetRequiredService<LiveSessions>().FindAsync("1", "", Cancel);
            var ended = new TaskCompletionSource();
            await using var end = session.Ended.Register(ended.SetResult);
            await ended.Task.WaitAsync(Cancel);
            var (gone, isNew) = await ExecuteAsync(client, "x", "1");
            Assert.True(isNew);
            Assert.EndsWith("NameError: name 'x' is not defined", gone, StringComparison.Ordinal);
        }

        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("{", "no JSON of the form")]
    [InlineData("""{"code": "1"}""", "lacks 'convid'")]
    [InlineData("""{"convid": "", "code": "1"}""", "1 to 200 characters")]
    public async Task A_body_that_makes_no_sense_is_refused_with_the_reason(string body, string reason)
    {
        using var refused = await _client.PostAsync("execute", new StringContent(body), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")] // as curl -d and urllib say of everything
    public async Task What_a_client_calls_its_body_does_not_matter(string type)
    {
        using var body = Body("1", _convid);
        body.Headers.ContentType = new(type);
        using var response = await _client.PostAsync("execute", body, Cancel);
        Assert.Equal("""{"result":"1","new_kernel_created":true}""", await response.Content.ReadAsStringAsync(Cancel));
    }

    public void Dispose() => _client.Dispose();

    private Task<(string Result, bool IsNew)> ExecuteAsync(string code) => ExecuteAsync(_client, code, _convid);

    // As those clients do: JSON without saying so.
    private static async Task<(string Result, bool IsNew)> ExecuteAsync(HttpClient client, string code, string convid)
    {
        using var response = await client.PostAsync("execute", Body(code, convid), Cancel);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(["result", "new_kernel_created"], answer.EnumerateObject().Select(field => field.Name));
        return (answer.GetProperty("result").GetString()!, answer.GetProperty("new_kernel_created").GetBoolean());
    }

    private static ByteArrayContent Body(string code, string convid) =>
        new(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { convid, code })));
}
