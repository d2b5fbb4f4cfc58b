using System.Globalization;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.SystemTests.Cli;

namespace CodeAct.SystemTests.Nano;

/// <summary>The model that ships, through the command, the agent, llama.cpp and the interpreter. Nothing is scripted.</summary>
public sealed class ShippedModelTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-nano-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("What is the sum of 12, 7.5 and 30?", "49.5")]
    [InlineData("How many days are there between 2024-03-01 and 2024-12-25?", "299")]
    [InlineData("Is 97 a prime number?", "Yes")]
    public async Task A_task_is_solved_by_code_when_no_model_is_named(string task, string answer)
    {
        var ran = await CliProcess.RunAsync(_directory, "", Cancel, "run", task, "--json");

        var events = Events(ran);
        var end = Assert.IsType<RunEnded>(events[^1]);
        Assert.Equal((0, StopReason.Answered), (ran.ExitCode, end.Reason));
        Assert.Contains(answer, end.Answer, StringComparison.Ordinal);
        Assert.Equal(CellStatus.Ok, Assert.Single(events.OfType<CellFinished>()).Result.Status);
    }

    [Fact]
    public async Task A_file_is_looked_at_before_it_is_computed_with()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "cities.csv"), "city,country,area\nLyon,France,48\nTurin,Italy,130\nGenoa,Italy,240\n", Cancel);

        var ran = await CliProcess.RunAsync(
            _directory, "", Cancel, "run", "Which city has the largest area?", "--file", "cities.csv", "--json");

        var events = Events(ran);
        Assert.Contains("read_csv(files[0])", events.OfType<CellStarted>().First().Code, StringComparison.Ordinal);
        Assert.Contains("'country': 'France'", events.OfType<CellFinished>().First().Observation, StringComparison.Ordinal);
        Assert.Contains("Genoa", Assert.IsType<RunEnded>(events[^1]).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_question_of_the_readme_ends_with_the_right_numbers_of_the_file()
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(CliProcess.Command)!, "../../../../examples/products.csv"));
        var expected = (await File.ReadAllLinesAsync(file, Cancel)).Skip(1).Select(line => line.Split(','))
            .GroupBy(cells => cells[2], cells => double.Parse(cells[3], CultureInfo.InvariantCulture))
            .Select(group => (Category: group.Key, Price: group.Average()));

        var ran = await CliProcess.RunAsync(
            _directory, "", Cancel, "run", "What is the average price per category?", "--file", file, "--json");

        var events = Events(ran);
        var answer = Assert.IsType<RunEnded>(events[^1]).Answer!.Split('\n');
        Assert.Equal(2, events.OfType<CellStarted>().Count());
        Assert.Contains("read_csv", events.OfType<CellStarted>().First().Code, StringComparison.Ordinal);
        Assert.All(expected, group =>
        {
            var line = Assert.Single(answer, line => line.StartsWith(group.Category + ": ", StringComparison.Ordinal));
            Assert.Equal(group.Price, double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture), tolerance: 0.0051);
        });
    }

    [Fact]
    public async Task It_says_that_it_knows_code_mode_alone()
    {
        var ran = await CliProcess.RunAsync(_directory, "", Cancel, "run", "?", "--mode", "json");

        Assert.Equal(1, ran.ExitCode);
        Assert.Matches(
            "^codeact: .*codeact-nano.* was trained with a prompt of its own, .*; leave out --mode and --stateless, or take another model.\n$",
            ran.Errors);
    }

    private static List<AgentEvent> Events(CliResult ran) =>
        [.. ran.Output.TrimEnd('\n').Split('\n').Select(line => LogJson.Read(line).Event)];
}
