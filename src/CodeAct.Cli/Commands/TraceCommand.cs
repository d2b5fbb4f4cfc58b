using System.CommandLine;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact trace</c>: where the time of a conversation went.</summary>
internal static class TraceCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id")
        {
            Description = "The conversation, or the beginning of its ID. Default: the latest.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string?>("--output", "-o") { Description = "The file. Default: standard output.", HelpName = "FILE.svg" };
        var store = new StoreFlag();
        var command = new TaughtCommand(
            "trace",
            "Draw a timeline of a conversation: the time of the model, the interpreter, the tools, and the rest.",
            """
            One row is one turn; what the colours mean, and the sum of each, stands above. Time between two messages is left out.
            The picture is an SVG that stands alone; browsers show more of each bar when the mouse rests on it.

            Examples:
              codeact trace -o time.svg
              codeact trace 7k2m > time.svg
            """)
        {
            id, output,
        };
        store.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var conversations = await store.Read(arguments).OpenAsync(cancellationToken);
            var shown = await ShowCommand.FindAsync(conversations, arguments.GetValue(id), cancellationToken);
            var picture = await TraceFile.DrawAsync(conversations, shown.Id, 0, cancellationToken);
            if (arguments.GetValue(output) is { } file)
            {
                await File.WriteAllTextAsync(file, picture, cancellationToken);
            }
            else
            {
                await Console.Out.WriteAsync(picture.AsMemory(), cancellationToken);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
