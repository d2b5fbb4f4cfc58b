using System.CommandLine;
using CodeAct.Actions;
using CodeAct.Cli.Terminal;
using CodeAct.Conversations;
using CodeAct.Conversations.Replay;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact conversations</c>: lists and searches what was kept.</summary>
internal static class ConversationsCommand
{
    private const int LongestTitle = 60; // characters

    public static Command Create()
    {
        var search = new Argument<string[]>("search")
        {
            Description = "Words that all occur in it: in a message, in code, in what a cell showed. Case does not matter.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var most = SessionFlags.AtLeastOne("--most", "How many are listed at most.", 20);
        var store = new StoreFlag();
        var command = new TaughtCommand(
            "conversations",
            "List and search the conversations that were kept, the latest first.",
            """
            Examples:
              codeact conversations
              codeact conversations read_csv price
            """)
        {
            search, most,
        };
        store.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var conversations = await store.Read(arguments).OpenAsync(cancellationToken);
            var words = string.Join(' ', arguments.GetValue(search) ?? []);
            var found = await conversations.FindAsync(new ConversationQuery(words, arguments.GetValue(most)), cancellationToken);
            using var screen = Screen.OfProcess(TimeProvider.System);
            foreach (var one in found)
            {
                var events = await conversations.ReadAsync(one.Id, cancellationToken)
                    .Select(stored => stored.Entry.Event)
                    .ToListAsync(cancellationToken);
                var waits = PendingApproval.Of(events)?.Requests is [var request, ..] ? $"  (waits for approval of {request.Tool})" : "";
                screen.Line(Line(one) + waits);
            }

            if (found.Count == 0)
            {
                await Console.Error.WriteLineAsync(words.Length == 0 ? "There is no conversation yet." : "Nothing was found.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Line(ConversationSummary one)
    {
        var title = TerminalText.Clean(one.Title).ReplaceLineEndings(" ");
        title = title.Length <= LongestTitle ? title : title[..LongestTitle] + "…";
        var origin = one.Origin switch
        {
            null => "",
            { At: 0 } from => $"  (rerun of {from.Id})",
            var from => $"  (fork of {from.Id} at {from.At})",
        };
        return $"{one.Id}  {one.Updated.ToLocalTime():yyyy-MM-dd HH:mm}  {title}{origin}";
    }
}
