using System.CommandLine;
using CodeAct.Data;
using CodeAct.Python;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact eval</c>: how well the small model does what it was trained for.</summary>
internal static class EvalCommand
{
    public static Command Create() => new("eval", "Measure a model.") { Nano() };

    private static Command Nano()
    {
        var model = new ModelChoice();
        var tasks = new Option<int>("--tasks") { Description = "Tasks of each family and split.", DefaultValueFactory = _ => 30 };
        var seed = new Option<int>("--seed") { Description = "Of the tasks.", DefaultValueFactory = _ => 1001 };
        var family = new Option<string?>("--family") { Description = "Only this family, such as csv." };
        var failures = new Option<FileInfo?>("--failures") { Description = "Where the failed conversations are written." };
        var command = new Command("nano", "Let the agent solve held-out tasks with codeact-nano and print the rates.")
        {
            tasks, seed, family, failures,
        };
        model.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var plan = new EvaluationPlan(arguments.GetValue(tasks), arguments.GetValue(seed), arguments.GetValue(family));
            using var loaded = await model.Read(arguments, null).LoadAsync(cancellationToken);
            await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions(), cancellationToken);
            var evaluation = new NanoEvaluation(loaded, engine, TimeProvider.System, Console.Error);
            var report = await evaluation.RunAsync(plan, cancellationToken);
            await Console.Out.WriteAsync(report.ToString());
            if (arguments.GetValue(failures) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, report.Failures(), cancellationToken);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
