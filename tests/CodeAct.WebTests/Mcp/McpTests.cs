using System.IO.Pipelines;
using System.Text.Json;
using CodeAct.Web.Mcp;
using CodeAct.WebTests.Hosting;
using CodeAct.WebTests.Npm;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace CodeAct.WebTests.Mcp;

/// <summary>The tools, with the official client.</summary>
public sealed class McpTests(WebHost host)
{
    private const string SendMail = "`print(send_mail(to='eve', text='hello'))`";

    /// <summary>A client whose user approves of mail to Eve.</summary>
    private static readonly McpClientOptions _asking = new()
    {
        Handlers = new McpClientHandlers
        {
            ElicitationHandler = (asked, _) => ValueTask.FromResult(new ElicitResult
            {
                Action = asked!.Message.Contains("send_mail(to=\"eve\"", StringComparison.Ordinal) ? "accept" : "decline",
                Content = new Dictionary<string, JsonElement> { ["approve"] = JsonSerializer.SerializeToElement(true) },
            }),
        },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tools_are_listed_with_what_they_take()
    {
        await using var client = await ConnectAsync(new McpClientOptions());
        var tools = await client.ListToolsAsync(cancellationToken: Cancel);
        Assert.Equal(["ask_agent", "execute_code", "list_files", "read_file"], tools.Select(tool => tool.Name).Order());
        var taken = tools.Single(tool => tool.Name == "execute_code").JsonSchema.GetProperty("properties");
        Assert.Equal(["code", "files", "session", "timeout"], taken.EnumerateObject().Select(property => property.Name).Order());
    }

    [Fact]
    public async Task Code_runs_in_an_interpreter_that_remembers()
    {
        await using var client = await ConnectAsync(new McpClientOptions());
        var first = await CallAsync(client, "execute_code", ("code", "x = 6"), ("session", "mine"));
        Assert.True(first.StructuredContent!.Value.GetProperty("isNew").GetBoolean());
        var second = await CallAsync(client, "execute_code", ("code", "x * 7"), ("session", "mine"));
        Assert.Equal("42", Text(second));
        Assert.NotEqual(true, second.IsError);
        var failed = await CallAsync(client, "execute_code", ("code", "1 / 0"), ("session", "mine"));
        Assert.True(failed.IsError);
        Assert.Contains("ZeroDivisionError", Text(failed), StringComparison.Ordinal);
        await CallAsync(client, "execute_code", ("code", "del x"), ("session", "mine"));
    }

    [Fact]
    public async Task Files_go_in_and_come_out_and_a_picture_is_shown()
    {
        await using var client = await ConnectAsync(new McpClientOptions());
        var session = $"{Guid.NewGuid()}";
        var shown = await CallAsync(
            client,
            "execute_code",
            ("code", "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.savefig('p.png'); plt.show(); open('b', 'wb').write(bytes([255])); 0"),
            ("session", session),
            ("files", new[] { new { name = "in.txt", text = "hello" } }));
        Assert.Equal("image/png", Assert.Single(shown.Content.OfType<ImageContentBlock>()).MimeType);
        var list = Text(await CallAsync(client, "list_files", ("session", session)));
        Assert.Contains("in.txt (5 bytes)", list, StringComparison.Ordinal);
        Assert.Equal("hello", Text(await CallAsync(client, "read_file", ("name", "in.txt"), ("session", session))));
        Assert.IsType<ImageContentBlock>((await CallAsync(client, "read_file", ("name", "p.png"), ("session", session))).Content[0]);
        Assert.IsType<EmbeddedResourceBlock>((await CallAsync(client, "read_file", ("name", "b"), ("session", session))).Content[0]);
        Assert.True((await CallAsync(client, "read_file", ("name", "../secret"), ("session", session))).IsError);
    }

    [Fact]
    public async Task The_agent_answers_tells_its_steps_and_goes_on_with_a_conversation()
    {
        await using var client = await ConnectAsync(new McpClientOptions());
        var steps = new List<string>();
        var first = await client.CallToolAsync(
            "ask_agent",
            new Dictionary<string, object?> { ["task"] = "`x = int(open('n.txt').read()); print(x)`", ["files"] = new[] { new { name = "n.txt", text = "20" } } },
            new Reported(steps),
            cancellationToken: Cancel);
        Assert.Equal("It says: 20", Text(first));
        Assert.Contains(steps, step => step.StartsWith("runs: x = int(", StringComparison.Ordinal));
        var conversation = first.StructuredContent!.Value.GetProperty("conversation").GetString();
        Assert.Equal("It says: 21", Text(await CallAsync(client, "ask_agent", ("task", "`print(x + 1)`"), ("conversation", conversation))));
        Assert.Contains("n.txt", Text(await CallAsync(client, "list_files", ("conversation", conversation))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_needs_an_approval_is_put_to_the_clients_user_or_waits()
    {
        await using var asks = await ConnectAsync(_asking);
        Assert.Equal("It says: sent 'hello' to eve", Text(await CallAsync(asks, "ask_agent", ("task", SendMail))));

        await using var cannot = await ConnectAsync(new McpClientOptions());
        var waits = await CallAsync(cannot, "ask_agent", ("task", SendMail));
        Assert.True(waits.IsError);
        Assert.Contains("send_mail(to=\"eve\", text=\"hello\")", Text(waits), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ask_agent", "task", " ", "'task' is empty")]
    [InlineData("ask_agent", "conversation", "nosuchone1", "There is no conversation 'nosuchone1'")]
    [InlineData("ask_agent", "model", "nosuch", "There is no model 'nosuch'")]
    [InlineData("execute_code", "timeout", -1, "'timeout' is -1")]
    [InlineData("execute_code", "session", "", "The ID of a session")]
    public async Task A_mistake_of_the_client_is_told(string tool, string name, object value, string expected)
    {
        await using var client = await ConnectAsync(new McpClientOptions());
        var arguments = new Dictionary<string, object?> { ["task"] = "hi", ["code"] = "1", [name] = value };
        arguments.Remove(tool == "ask_agent" ? "code" : "task");
        var result = await client.CallToolAsync(tool, arguments, cancellationToken: Cancel);
        Assert.True(result.IsError);
        Assert.Contains(expected, Text(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_has_an_interpreter_of_its_own_where_the_protocol_has_connections()
    {
        var options = new McpClientOptions { ProtocolVersion = "2025-11-25" };
        await using var one = await ConnectAsync(options);
        await using var other = await ConnectAsync(options);
        await CallAsync(one, "execute_code", ("code", "x = 1"));
        var session = (await CallAsync(one, "execute_code", ("code", "x"))).StructuredContent!.Value.GetProperty("session").GetString();
        Assert.Contains("NameError", Text(await CallAsync(other, "execute_code", ("code", "x"))), StringComparison.Ordinal);
        Assert.Equal("1", Text(await CallAsync(other, "execute_code", ("code", "x"), ("session", session))));
    }

    [Fact]
    public async Task Without_connections_a_call_that_names_no_session_begins_one_and_tells_its_name()
    {
        await using var client = await ConnectAsync(new McpClientOptions());
        var begun = await CallAsync(client, "execute_code", ("code", "x = 1"));
        var session = begun.StructuredContent!.Value.GetProperty("session").GetString();
        Assert.Contains("NameError", Text(await CallAsync(client, "execute_code", ("code", "x"))), StringComparison.Ordinal);
        Assert.Equal("1", Text(await CallAsync(client, "execute_code", ("code", "x"), ("session", session))));
    }

    [Fact]
    public async Task Over_stdin_and_stdout_a_client_has_one_interpreter_unless_it_names_others()
    {
        var directory = Directory.CreateTempSubdirectory("codeact-mcp-").FullName;
        var (input, output) = (new Pipe(), new Pipe());
        var options = WebHost.Options(directory, new EchoModel(TimeProvider.System));
        var served = McpStdio.RunAsync(options, input.Reader.AsStream(), output.Writer.AsStream(), Cancel);
        await using (var client = await McpClient.CreateAsync(
            new StreamClientTransport(input.Writer.AsStream(), output.Reader.AsStream()), _asking, cancellationToken: Cancel))
        {
            await CallAsync(client, "execute_code", ("code", "x = 1"));
            Assert.Equal("1", Text(await CallAsync(client, "execute_code", ("code", "x"))));
            Assert.Contains("NameError", Text(await CallAsync(client, "execute_code", ("code", "x"), ("session", "other"))), StringComparison.Ordinal);
            Assert.Equal("It says: sent 'hello' to eve", Text(await CallAsync(client, "ask_agent", ("task", SendMail))));
        }

        await input.Writer.CompleteAsync();
        await served;
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task The_official_JavaScript_client_uses_the_tools_over_HTTP()
    {
        var got = await NodeProgram.RunAsync("mcp.mjs", Cancel, new Uri(host.Server.Url, "mcp").ToString());
        Assert.Equal("42", got.GetProperty("value").GetString());
        Assert.Equal("in.txt (5 bytes)", got.GetProperty("files").GetString());
        Assert.Equal("It says: 1024", got.GetProperty("answer").GetString());
        Assert.Equal(
            ["I run cell 1 of 1.", "runs: print(2 ** 10)", "saw: 1024"],
            got.GetProperty("steps").EnumerateArray().Select(step => step.GetString()));
    }

    private async Task<McpClient> ConnectAsync(McpClientOptions options) => await McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(host.Server.Url, "mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
        }),
        options,
        cancellationToken: Cancel);

    private static async Task<CallToolResult> CallAsync(McpClient client, string tool, params (string Name, object? Value)[] arguments) =>
        await client.CallToolAsync(tool, arguments.ToDictionary(one => one.Name, one => one.Value), cancellationToken: Cancel);

    private static string Text(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    private sealed class Reported(List<string> steps) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value)
        {
            lock (steps)
            {
                steps.Add(value.Message ?? "");
            }
        }
    }
}
