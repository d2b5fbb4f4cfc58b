using System.CommandLine;
using CodeAct.Agents;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact resume</c>: goes on with a conversation, its interpreter rebuilt.</summary>
internal static class ResumeCommand
{
    private const string GoOn = "Go on with the task; the program was started again in between.";

    public static Command Create(Interrupts interrupts)
    {
        var id = new Argument<string>("id") { Description = "The conversation, or the beginning of its ID." };
        var more = new Argument<string?>("more") { Description = "The next message.", Arity = ArgumentArity.ZeroOrOne };
        var flags = new AgentFlags { GoesOn = true };
        var command = new TaughtCommand(
            "resume",
            "Go on with a conversation: its cells run again in a fresh interpreter, then the next message is taken up.",
            """
            Cells run again in their order and calls of tools are answered from the log; what comes out otherwise, and what was
            not rebuilt, is said. Files that the conversation was given are copied again from where they were, if they have not
            changed; --file gives others. The model is the one that was asked before, unless --model names another; the mode
            (--mode, --stateless) is the one that it began in.
            With --allow-host, a mount that is not read-only, or no sandbox, what cells did outside of the session they do again.
            Without a message, a run that waits for an approval goes on at that call, which is asked about or decided by --approve;
            one that was cut off goes on, and after one that had ended the conversation goes on as a chat.

            Examples:
              codeact resume 7k2m "And per month?"
              codeact resume 7k2m --model openai:gpt-5 --file products.csv
            """)
        {
            id, more,
        };
        flags.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var earlier = await EarlierConversation.FindAsync(flags.ReadStore(arguments), arguments.GetValue(id)!, cancellationToken);
            var settings = flags.Read(arguments, earlier.Model);
            if (earlier.Pending is not null && arguments.GetValue(more) is null)
            {
                return await ApproveCommand.ContinueAsync(earlier, settings, null, interrupts, cancellationToken);
            }

            var message = arguments.GetValue(more) ?? (earlier.IsOver ? null : GoOn);
            return message is null
                ? await ChatCommand.ChatAsync(earlier.Summary, settings, interrupts, cancellationToken)
                : await RunCommand.RunAsync(settings, RunCommand.Mode.Shown, GoOnAsync, interrupts, cancellationToken);

            async Task<RunEnded> GoOnAsync(Desk desk, IRunView view)
            {
                await desk.ResumeAsync(earlier.Summary, view, cancellationToken);
                return await desk.RunAsync(message, view, interrupts, cancellationToken);
            }
        });
        return command;
    }
}
