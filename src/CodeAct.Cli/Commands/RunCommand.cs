using System.CommandLine;
using CodeAct.Agents;
using CodeAct.Cli.Terminal;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact run</c>: one task, from the question to the answer.</summary>
internal static class RunCommand
{
    public static Command Create(Interrupts interrupts)
    {
        var task = new Argument<string>("task") { Description = "What to do, in words; '-' reads it from standard input." };
        var flags = new AgentFlags();
        var json = new Option<bool>("--json") { Description = "Print the events as JSON lines." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print the answer and nothing else." };
        var command = new TaughtCommand(
            "run",
            "Solve one task: the model writes Python, the interpreter runs it, until there is an answer.",
            """
            On a terminal the run is shown as it happens; into a pipe it is printed as plain text.
            Ctrl-C interrupts the running cell, and the model sees that; a second one ends the run.
            Every run is kept; its ID is printed on standard error, for 'codeact show', 'resume', 'fork', 'rerun' and 'export'.
            At a terminal you are asked about calls that need an approval; in a pipe the run stops there, and 'codeact approve ID',
            'codeact deny ID REASON' or 'codeact resume ID' go on with it, also after a crash.
            Exit code: 0 answered, 1 an error, 2 a limit was reached, 3 a call waits for an approval, 130 interrupted.

            Examples:
              codeact run "What is the average price per category?" --file products.csv
              codeact run "Plot y = x**2 into plot.png" --out .
              codeact run "What is 2**64?" --quiet
              codeact run "What is 2**64?" --mode native --stateless --model openai:gpt-5
              codeact run "Plot y = x**2" --trace time.svg
              codeact run - --model openai:qwen3:8b --base-url http://localhost:11434/v1 < task.txt
            """)
        {
            task, json, quiet,
        };
        flags.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var message = arguments.GetValue(task)!;
            message = message == "-" ? (await Console.In.ReadToEndAsync(cancellationToken)).Trim() : message;
            var mode = arguments.GetValue(json) ? Mode.Json : arguments.GetValue(quiet) ? Mode.Quiet : Mode.Shown;
            return await RunAsync(
                flags.Read(arguments, null),
                mode,
                (desk, view) => desk.RunAsync(message, view, interrupts, cancellationToken),
                interrupts,
                cancellationToken);
        });
        return command;
    }

    internal enum Mode
    {
        Shown,
        Json,
        Quiet,
    }

    /// <summary>Opens a desk, lets the agent work at it, and says what to exit with.</summary>
    internal static async Task<int> RunAsync(
        AgentSettings settings,
        Mode mode,
        Func<Desk, IRunView, Task<RunEnded>> work,
        Interrupts interrupts,
        CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var screen = mode is Mode.Shown ? Screen.OfProcess(time) : Screen.Plain(Console.Error, time);
        IRunView view = mode switch
        {
            Mode.Json => new JsonView(Console.Out, Console.Error, time),
            Mode.Quiet => new AnswerView(Console.Out, Console.Error),
            _ => new RunPrinter(screen, time),
        };
        if (settings.Model.Notice is { } notice && mode is not Mode.Quiet)
        {
            screen.Line(notice, Look.Faint);
        }

        await using var desk = await Desk.OpenAsync(settings, TellId, screen, interrupts, cancellationToken);
        var ended = await work(desk, view);
        if (ended.Reason is StopReason.ApprovalPending)
        {
            await Console.Error.WriteLineAsync($"It waits for your approval: codeact deny {desk.Id} REASON, or codeact approve {desk.Id}");
        }

        return CodeOf(ended.Reason);
    }

    /// <summary>Says on standard error, where it does not mix with the output, how the conversation is called.</summary>
    public static void TellId(string id) => Console.Error.WriteLine($"conversation {id}");

    /// <summary>What a run that ended so exits with.</summary>
    public static int CodeOf(StopReason reason) => reason switch
    {
        StopReason.Answered => ExitCode.Done,
        StopReason.Interrupted => ExitCode.Interrupted,
        StopReason.ApprovalPending => ExitCode.Pending,
        StopReason.Failed => ExitCode.Error,
        _ => ExitCode.Limit,
    };
}
