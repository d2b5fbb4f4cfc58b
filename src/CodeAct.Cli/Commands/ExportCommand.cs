using System.CommandLine;
using CodeAct.Conversations.Export;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact export</c>: a conversation for other programs and for people.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The conversation, or the beginning of its ID." };
        var to = new Option<ExportFormat>("--to")
        {
            Description = "ipynb: a Jupyter notebook. md: Markdown. html: a page that stands alone. jsonl: training data as "
                + "CodeActInstruct has it. openai: training data as OpenAI's fine-tuning reads it. events: everything, as JSON lines.",
            HelpName = "ipynb|md|html|jsonl|openai|events",
            Required = true,
        };
        var output = new Option<string?>("--output", "-o") { Description = "The file. Default: standard output.", HelpName = "FILE" };
        var store = new StoreFlag();
        var command = new TaughtCommand(
            "export",
            "Write a conversation as a notebook, a page, Markdown or training data.",
            """
            Examples:
              codeact export 7k2m --to ipynb -o run.ipynb
              codeact export 7k2m --to html > run.html
            """)
        {
            id, to, output,
        };
        store.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var conversations = await store.Read(arguments).OpenAsync(cancellationToken);
            var text = await ConversationExport.WriteAsync(
                conversations, arguments.GetValue(id)!, arguments.GetValue(to), cancellationToken);
            if (arguments.GetValue(output) is { } file)
            {
                await File.WriteAllTextAsync(file, text, cancellationToken);
            }
            else
            {
                await Console.Out.WriteAsync(text.AsMemory(), cancellationToken);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
