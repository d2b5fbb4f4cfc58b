using System.CommandLine;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact rerun</c>: the same messages again, in a conversation of their own.</summary>
internal static class RerunCommand
{
    public static Command Create(Interrupts interrupts)
    {
        var id = new Argument<string>("id") { Description = "The conversation, or the beginning of its ID." };
        var flags = new AgentFlags();
        var command = new TaughtCommand(
            "rerun",
            "Ask the messages of a conversation again, with the same files, in a new conversation and a fresh interpreter.",
            """
            The model is the one that was asked before, unless --model names another. Files are copied again from where they
            were, if they have not changed; --file gives others in their place. 'codeact compare' shows the two side by side.
            Exit code: as that of 'codeact run', of the last message.

            Examples:
              codeact rerun 7k2m --model openai:gpt-5
              codeact compare 7k2m 9xqd
            """)
        {
            id,
        };
        flags.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var earlier = await EarlierConversation.FindAsync(flags.ReadStore(arguments), arguments.GetValue(id)!, cancellationToken);
            return await RunCommand.RunAsync(
                flags.Read(arguments, earlier.Model),
                RunCommand.Mode.Shown,
                (desk, view) => desk.RerunAsync(earlier.Summary, view, interrupts, cancellationToken),
                interrupts,
                cancellationToken);
        });
        return command;
    }
}
