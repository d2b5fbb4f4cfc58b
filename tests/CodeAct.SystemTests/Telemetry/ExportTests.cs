using CodeAct.SystemTests.Cli;
using CodeAct.SystemTests.Models;

namespace CodeAct.SystemTests.Telemetry;

/// <summary>The command sends its telemetry to a receiver of OTLP, as variables of the environment say.</summary>
public sealed class ExportTests : IDisposable
{
    private const string Key = "sk-the-key-that-nobody-may-see";

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-otlp-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Traces_metrics_and_logs_of_a_run_arrive_without_its_contents_and_without_the_key()
    {
        await using var receiver = Receiver();
        await using var model = ScriptedServer.Replying("Marten.\n<execute>\nprint('marten')\n</execute>", "A marten.");

        var ran = await RunAsync(receiver, model, []);

        Assert.Equal((0, "A marten.\n"), (ran.ExitCode, ran.Output));
        var spans = Received(receiver, "/v1/traces").SelectMany(sent => sent.All(1, 2, 2)).ToList();
        var run = Assert.Single(spans, span => span.Text(5) == "invoke_agent codeact");
        var cell = Assert.Single(spans, span => span.Text(5) == "execute_tool execute_code");
        Assert.Equal(2, spans.Count(span => span.Text(5).StartsWith("chat", StringComparison.Ordinal)));
        Assert.Equal((run.Hex(1), run.Hex(2)), (cell.Hex(1), cell.Hex(4))); // the same trace, and below the run
        Assert.Equal(ran.Errors.Trim().Split(' ')[1], Attribute(run, 9, "gen_ai.conversation.id"));
        Assert.Equal("scripted", Attribute(run, 9, "gen_ai.request.model"));
        Assert.Equal("openai", Attribute(run, 9, "gen_ai.provider.name"));

        var metrics = Received(receiver, "/v1/metrics").SelectMany(sent => sent.All(1, 2, 2)).Select(metric => metric.Text(1)).ToList();
        Assert.All(
            (string[])["gen_ai.client.operation.duration", "gen_ai.invoke_agent.duration", "gen_ai.execute_tool.duration"],
            name => Assert.Contains(name, metrics));
        var logs = Received(receiver, "/v1/logs").SelectMany(sent => sent.All(1, 2, 2)).ToList();
        Assert.Contains(logs, log => log.Hex(9) == run.Hex(1) && Attribute(log, 6, "Reason") == "answered");
        var resource = Received(receiver, "/v1/traces")[0].All(1, 1).Single();
        Assert.Equal("of the test", Attribute(resource, 1, "service.name"));

        Assert.All(receiver.Requests, sent => Assert.DoesNotContain("marten", sent.Text, StringComparison.OrdinalIgnoreCase));
        Assert.All(receiver.Requests, sent => Assert.DoesNotContain(Key, sent.Text, StringComparison.Ordinal));
        Assert.Contains(model.Requests, asked => asked.Headers["Authorization"].Contains(Key, StringComparison.Ordinal)); // it had the key
    }

    [Fact]
    public async Task Contents_are_sent_when_the_conventions_variable_says_so_and_a_signal_can_be_left_out()
    {
        await using var receiver = Receiver();
        await using var model = ScriptedServer.Replying("<execute>\nprint('mar' + 'ten')\n</execute>", "A marten.");

        await RunAsync(receiver, model, ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true", "OTEL_METRICS_EXPORTER=none"]);

        var spans = Received(receiver, "/v1/traces").SelectMany(sent => sent.All(1, 2, 2)).ToList();
        var cell = Assert.Single(spans, span => span.Text(5) == "execute_tool execute_code");
        Assert.Contains("print('mar' + 'ten')", Attribute(cell, 9, "gen_ai.tool.call.arguments").Replace("\\u0027", "'").Replace("\\u002B", "+"));
        Assert.Equal("marten", Attribute(cell, 9, "gen_ai.tool.call.result").Trim());
        Assert.Empty(Received(receiver, "/v1/metrics"));
        Assert.All(receiver.Requests, sent => Assert.DoesNotContain(Key, sent.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_the_server_refuses_is_an_error_of_its_span_and_what_the_server_says_stays_here()
    {
        await using var receiver = Receiver();
        const string Error = $"Incorrect API key provided: {Key}, for: Where is the Marten?";
        await using var model = LoopbackServer.Playing(Reply.Json(401, $$"""{"error":{"message":"{{Error}}"} }"""));

        var ran = await RunAsync(receiver, model, []);

        Assert.Equal(1, ran.ExitCode);
        var spans = Received(receiver, "/v1/traces").SelectMany(sent => sent.All(1, 2, 2)).ToList();
        Assert.Equal(["chat scripted", "invoke_agent codeact"], spans.Select(span => span.Text(5)).Order());
        Assert.All(spans, span => Assert.NotEmpty(Attribute(span, 9, "error.type")));
        Assert.All(receiver.Requests, sent => Assert.DoesNotContain("marten", sent.Text, StringComparison.OrdinalIgnoreCase));
        Assert.All(receiver.Requests, sent => Assert.DoesNotContain(Key, sent.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_changes_nothing_about_the_run()
    {
        await using var model = ScriptedServer.Replying("Yes.");
        Uri gone;
        await using (var receiver = Receiver())
        {
            gone = receiver.Url;
        }

        var ran = await CliProcess.RunWithAsync(
            [$"OTEL_EXPORTER_OTLP_ENDPOINT={gone}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"],
            _directory, Cancel, ["run", "?", "--quiet", .. model.ModelArguments()]);

        Assert.Equal((0, "Yes.\n"), (ran.ExitCode, ran.Output));
        Assert.Matches("^conversation [0-9a-z]{10}\n$", ran.Errors);
    }

    private static LoopbackServer Receiver() => new(_ => Task.FromResult(new Reply(200, "application/x-protobuf", "")));

    private Task<CliResult> RunAsync(LoopbackServer receiver, LoopbackServer model, string[] more) => CliProcess.RunWithAsync(
        [
            $"OTEL_EXPORTER_OTLP_ENDPOINT=http://{receiver.Url.Authority}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "OTEL_SERVICE_NAME=of the test", $"OPENAI_API_KEY={Key}", .. more,
        ],
        _directory, Cancel, ["run", "Where is the Marten?", "--quiet", .. model.ModelArguments()]);

    private static List<Protobuf> Received(LoopbackServer receiver, string path) =>
        [.. receiver.Requests.Where(sent => sent.Path == path).Select(sent => new Protobuf(sent.Body))];

    private static string Attribute(Protobuf of, int field, string name) =>
        of.All(field).Where(one => one.Text(1) == name).Select(one => one.All(2).Single().Text(1)).SingleOrDefault("");
}
