using System.CommandLine;
using CodeAct.Agents;
using CodeAct.Conversations;

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
            not rebuilt, is said. Files that the conversation began with are to be given again with --file.
            It stays in the mode (--mode, --stateless) that it began in.
            Without a message, a run that was cut off goes on, and after one that had ended the conversation goes on as a chat.

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
            var settings = flags.Read(arguments);
            var (conversation, isOver) = await FindAsync(settings.Store, arguments.GetValue(id)!, cancellationToken);
            var message = arguments.GetValue(more) ?? (isOver ? null : GoOn);
            return message is null
                ? await ChatCommand.ChatAsync(conversation, settings, interrupts, cancellationToken)
                : await RunCommand.RunAsync(message, conversation, settings, RunCommand.Mode.Shown, interrupts, cancellationToken);
        });
        return command;
    }

    private static async Task<(ConversationSummary Conversation, bool IsOver)> FindAsync(
        StoreName name, string id, CancellationToken cancellationToken)
    {
        await using var store = await name.OpenAsync(cancellationToken);
        var conversation = await store.GetAsync(id, cancellationToken);
        var last = await store.ReadAsync(conversation.Id, cancellationToken)
            .Select(stored => stored.Entry.Event)
            .LastOrDefaultAsync(happened => happened is RunStarted or RunEnded, cancellationToken);
        return (conversation, last is not RunStarted);
    }
}
