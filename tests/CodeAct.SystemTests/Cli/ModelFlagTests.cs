namespace CodeAct.SystemTests.Cli;

/// <summary>Providers, fall-back, recordings and prices at the command line.</summary>
public sealed class ModelFlagTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-models-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_recorded_run_runs_again_without_its_model_and_another_task_is_not_on_the_cassette()
    {
        await using (var server = ScriptedServer.Replying("<execute>6 * 7</execute>", "It is 42."))
        {
            var recorded = await CliProcess.RunAsync(
                _directory, "", Cancel, ["run", "6 * 7?", "-q", "--record", "demo.jsonl", .. server.ModelArguments()]);
            Assert.Equal((0, "It is 42.\n"), (recorded.ExitCode, recorded.Output));
        }

        var played = await CliProcess.RunAsync(_directory, "", Cancel, "run", "6 * 7?", "-q", "--model", "cassette:demo.jsonl");
        var other = await CliProcess.RunAsync(_directory, "", Cancel, "run", "7 * 7?", "-q", "--model", "cassette:demo.jsonl");
        Assert.Equal((0, "It is 42.\n"), (played.ExitCode, played.Output));
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("demo.jsonl has no reply to this request, which is number 1", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_model_is_asked_when_the_first_cannot_be()
    {
        await using var server = ScriptedServer.Replying("42");
        var ran = await CliProcess.RunWithAsync(
            "VLLM_BASE_URL", server.Url.ToString(), _directory, Cancel, "run", "6 * 7?", "--model", "openai:none", "--base-url", "http://127.0.0.1:9/v1", "--fallback", "vllm:scripted");
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("openai:none could not be asked: Nothing listens at http://127.0.0.1:9/v1", ran.Output, StringComparison.Ordinal);
        Assert.Contains("\n42\n", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_says_what_it_cost_and_ends_at_its_limit()
    {
        await using var server = ScriptedServer.Replying("<execute>1</execute>", "<execute>2</execute>", "3");
        await File.WriteAllTextAsync(Path.Combine(_directory, "prices.json"), """{"openai:scripted": {"input": 0, "output": 1000000}}""", Cancel);
        var unknown = await CliProcess.RunAsync(_directory, "", Cancel, ["run", "?", "--max-cost", "1", .. server.ModelArguments()]);
        var ran = await CliProcess.RunAsync(
            _directory, "", Cancel, ["run", "?", "--max-cost", "0.5", "--prices", "prices.json", .. server.ModelArguments()]);
        Assert.Equal((1, 2), (unknown.ExitCode, ran.ExitCode));
        Assert.Contains("--max-cost needs the price of openai:scripted; give a table of prices with --prices FILE.", unknown.Errors, StringComparison.Ordinal);
        Assert.Contains("Stopped: the limit of cost", ran.Output, StringComparison.Ordinal);
        Assert.Matches("1 turn .* · cost [0-9]+", ran.Output);
    }

    [Fact]
    public async Task An_unknown_provider_is_answered_with_those_there_are()
    {
        var ran = await CliProcess.RunAsync(_directory, "", Cancel, "run", "?", "--model", "opnai:x");
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("there is no provider 'opnai'; there are openai, openai-responses, anthropic, ollama, vllm, lmstudio, gguf and cassette", ran.Errors, StringComparison.Ordinal);
        var listed = await CliProcess.RunAsync(_directory, "", Cancel, "models");
        Assert.Contains("anthropic:NAME", listed.Output, StringComparison.Ordinal);
    }
}
