using System.CommandLine;
using CodeAct.Actions;
using CodeAct.Agents;
using CodeAct.Cli.Terminal;
using CodeAct.Conversations;
using CodeAct.Conversations.Replay;
using CodeAct.Python;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact show</c>: a conversation again.</summary>
internal static class ShowCommand
{
    private const int LongestLine = 100; // characters

    public static Command Create()
    {
        var id = new Argument<string?>("id")
        {
            Description = "The conversation, or the beginning of its ID. Default: the latest.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var events = new Option<bool>("--events") { Description = "Print one line for each event, with its number." };
        var store = new StoreFlag();
        var command = new TaughtCommand(
            "show",
            "Print a conversation again.",
            """
            Examples:
              codeact show
              codeact show 7k2m | less
              codeact show 7k2m --events      the numbers are those of 'codeact fork --at'
            """)
        {
            id, events,
        };
        store.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var conversations = await store.Read(arguments).OpenAsync(cancellationToken);
            var shown = await FindAsync(conversations, arguments.GetValue(id), cancellationToken);
            using var screen = Screen.OfProcess(TimeProvider.System);
            if (arguments.GetValue(events))
            {
                await ListAsync(conversations, shown.Id, screen, cancellationToken);
            }
            else
            {
                await PrintAsync(conversations, shown.Id, screen, cancellationToken);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The conversation that is named, or the latest.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static async Task<ConversationSummary> FindAsync(
        IConversationStore store, string? id, CancellationToken cancellationToken) => id is not null
        ? await store.GetAsync(id, cancellationToken)
        : (await store.FindAsync(new ConversationQuery("", 1), cancellationToken)).SingleOrDefault()
            ?? throw new KeyNotFoundException("There is no conversation yet; start one with 'codeact run'.");

    /// <summary>Prints a conversation the way it was printed while it happened.</summary>
    public static async Task PrintAsync(IConversationStore store, string id, Screen screen, CancellationToken cancellationToken)
    {
        var printer = new RunPrinter(screen, TimeProvider.System);
        var events = new List<AgentEvent>();
        await foreach (var stored in store.ReadAsync(id, cancellationToken))
        {
            printer.Show(stored.Entry.Event);
            events.Add(stored.Entry.Event);
        }

        if (PendingApproval.Of(events) is not null)
        {
            screen.Line();
            screen.Line($"It waits for your approval: codeact approve {id}, codeact deny {id} REASON.", Look.Warning);
        }
    }

    private static async Task ListAsync(IConversationStore store, string id, Screen screen, CancellationToken cancellationToken)
    {
        await foreach (var (number, (at, happened)) in store.ReadAsync(id, cancellationToken))
        {
            var (what, text) = Line(happened);
            var line = TerminalText.Clean(text).ReplaceLineEndings(" ").Trim();
            line = line.Length <= LongestLine ? line : line[..LongestLine] + "…";
            screen.Line($"{number,5}  {at.ToLocalTime():HH:mm:ss}  {what,-9} {line}".TrimEnd());
        }
    }

    private static (string What, string Text) Line(AgentEvent happened) => happened switch
    {
        RunStarted started => ("task", started.Task),
        ReplyEnded ended => ("reply", ended.Text),
        ModelText(var text) => ("broke off", text),
        ReplyRejected(var reason) => ("rejected", reason),
        CellStarted(var code) => ("cell", code),
        CellOutput(ToolCalled call) => ("calls", $"{call.Name}({call.Arguments})"),
        CellOutput(ToolReturned returned) => ("returned", returned.Error ?? returned.Result ?? ""),
        CellOutput(var shown) => ("shows", ObservationText.Of([shown])),
        CellFinished finished => ("ended", finished.Result.Reason ?? finished.Result.Status.ToString()),
        InterpreterRebuilt rebuilt => ("rebuilt", string.Join(' ', rebuilt.Notes)),
        HistoryCompacted compacted => ("left out", $"{compacted.Dropped} messages; {compacted.Note}"),
        CallStarted call => ("calls", $"{call.Tool}({call.Arguments})"),
        CallFinished finished => ("returned", finished.Observation),
        ApprovalRequested request => ("asks", $"{request.Tool}({request.Arguments})"),
        ApprovalAnswered { IsApproved: false } answered => ("denied", answered.Reason ?? ""),
        ApprovalAnswered answered => ("approved", answered.Tool + (answered.Arguments is { } edited ? $"({edited})" : "")),
        RunContinued continued => ("goes on", string.Join(' ', continued.Notes)),
        RunEnded ended => ("end", ended.Answer ?? Prompts.Why(ended.Reason, ended.Detail)),
        _ => throw new System.Diagnostics.UnreachableException($"No line for {happened.GetType().Name}."),
    };
}
