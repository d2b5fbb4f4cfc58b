using System.CommandLine;
using CodeAct.Data;
using CodeAct.Python;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact data</c>: what codeact-nano is trained on.</summary>
internal static class DataCommand
{
    public static Command Create() =>
        new("data", "Make training data for codeact-nano.") { Generate(), Summary() };

    private static Command Summary()
    {
        var directory = new Argument<DirectoryInfo>("directory") { Description = "A folder that 'data generate' wrote." };
        var command = new Command("summary", "Count what is in a folder, by family and by split.") { directory };
        command.SetAction(arguments => Console.Out.Write(DataSummary.Of(arguments.GetRequiredValue(directory).FullName)));
        return command;
    }

    private static Command Generate()
    {
        var directory = new Option<DirectoryInfo>("--out")
        {
            Description = "Where the JSONL files go; what is there already is kept.",
            Required = true,
        };
        var count = new Option<int>("--count")
        {
            Description = "Tasks for training; each held-out split gets a fortieth on top.",
            DefaultValueFactory = _ => 1000,
        };
        var seed = new Option<int>("--seed") { Description = "Of the tasks.", DefaultValueFactory = _ => 1 };
        var parallel = new Option<int>("--parallel") { Description = "Sessions at the same time.", DefaultValueFactory = _ => 2 };
        var command = new Command("generate", "Make tasks, let the expert solve them in real sessions, keep what is true.")
        {
            directory, count, seed, parallel,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions { PoolSize = 4 }, cancellationToken);
            var into = arguments.GetRequiredValue(directory).FullName;
            var (tasks, sessions) = (arguments.GetValue(count), arguments.GetValue(parallel));
            var plan = new CollectionPlan(into, arguments.GetValue(seed), tasks, sessions);
            var counts = await new Collector(engine, TimeProvider.System, Console.Error).RunAsync(plan, cancellationToken);
            await Console.Out.WriteAsync(counts.ToString());
            return ExitCode.Done;
        });
        return command;
    }
}
