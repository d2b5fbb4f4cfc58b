using System.CommandLine;
using CodeAct.Cli.Terminal;
using CodeAct.Conversations;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact show</c>: a run again, from its log.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("file")
        {
            Description = "A log, as 'codeact run --log FILE' writes it. Default: that of the last run.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new TaughtCommand(
            "show",
            "Print a run again from its log.",
            """
            Every run is written to ~/.local/state/codeact/runs unless --log says where.

            Examples:
              codeact show
              codeact show run.jsonl | less
            """)
        {
            file,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var screen = Screen.OfProcess(TimeProvider.System);
            await PrintAsync(arguments.GetValue(file) ?? StateFiles.LastLog(), screen, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Prints a log the way the run was printed while it happened.</summary>
    public static async Task PrintAsync(string path, Screen screen, CancellationToken cancellationToken)
    {
        var printer = new RunPrinter(screen, TimeProvider.System);
        await foreach (var entry in ConversationLog.ReadAsync(path, cancellationToken))
        {
            printer.Show(entry.Event);
        }
    }
}
