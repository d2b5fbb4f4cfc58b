using System.Xml.Linq;

namespace CodeAct.SystemTests.Cli;

public sealed class TraceCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_run_draws_where_its_time_went_and_the_log_gives_the_same_picture_later()
    {
        await using var server = ScriptedServer.Replying("<execute>\nimport time\ntime.sleep(0.3)\n</execute>", "Slept.");

        var ran = await CliProcess.RunAsync(_directory, "", Cancel, ["run", "Sleep", .. server.ModelArguments(), "--trace"]);

        var id = ran.Errors.Split('\n')[0].Split(' ')[1];
        Assert.Equal($"conversation {id}\ntrace trace-{id}.svg\n", ran.Errors);
        var drawn = await File.ReadAllTextAsync(Path.Combine(_directory, $"trace-{id}.svg"), Cancel);
        var cell = XDocument.Parse(drawn).Descendants().Single(one => one.Value.StartsWith("cell · ", StringComparison.Ordinal) && !one.HasElements);
        Assert.Matches(@"^cell · 0\.[3-9]\d s$", cell.Value);

        var later = await CliProcess.RunAsync(_directory, "", Cancel, "trace", id);
        Assert.Equal((0, drawn), (later.ExitCode, later.Output));
    }

    [Fact]
    public async Task A_task_that_the_option_would_swallow_is_not_taken_for_a_file()
    {
        var ran = await CliProcess.RunAsync(_directory, "", Cancel, "run", "--trace", "What is 2**64?");

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("--trace takes a file that ends with .svg, not 'What is 2**64?'; without one, put it last.", ran.Errors);
    }
}
