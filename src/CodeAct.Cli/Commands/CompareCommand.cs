using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Actions;
using CodeAct.Cli.Terminal;
using CodeAct.Conversations;
using Spectre.Console;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact compare</c>: two conversations side by side.</summary>
internal static class CompareCommand
{
    private const int LongestLine = 200; // characters of a line that differs

    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var first = new Argument<string>("id") { Description = "A conversation, or the beginning of its ID." };
        var second = new Argument<string>("other") { Description = "Another one." };
        var json = new Option<bool>("--json") { Description = "Print it as JSON; times are in seconds." };
        var store = new StoreFlag();
        var command = new TaughtCommand(
            "compare",
            "Show two conversations side by side: what they took, what they answered, and where they first differ.",
            """
            Where they differ is said of messages, code, observations and answers; what the model thinks aloud is not compared.

            Examples:
              codeact compare 7k2m 9xqd
              codeact compare 7k2m 9xqd --json | jq .parting
            """)
        {
            first, second, json,
        };
        store.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var conversations = await store.Read(arguments).OpenAsync(cancellationToken);
            var one = await ReadAsync(conversations, arguments.GetValue(first)!, cancellationToken);
            var other = await ReadAsync(conversations, arguments.GetValue(second)!, cancellationToken);
            var comparison = Comparison.Of(one.Entries, other.Entries);
            if (arguments.GetValue(json))
            {
                await Console.Out.WriteLineAsync(Json(one.Id, other.Id, comparison).ToJsonString(_json));
            }
            else
            {
                using var screen = Screen.OfProcess(TimeProvider.System);
                Print(one.Id, other.Id, comparison, screen);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<(string Id, IReadOnlyList<LogEntry> Entries)> ReadAsync(
        IConversationStore store, string id, CancellationToken cancellationToken)
    {
        var conversation = await store.GetAsync(id, cancellationToken);
        var entries = await store.ReadAsync(conversation.Id, cancellationToken)
            .Select(stored => stored.Entry)
            .ToListAsync(cancellationToken);
        return (conversation.Id, entries);
    }

    private static void Print(string first, string second, Comparison comparison, Screen screen)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", first, second);
        void Row(string name, Func<ConversationFigures, string> value) => table.AddRow(
            new Text(name, Look.Faint), Value(value(comparison.First)), Value(value(comparison.Second)));

        Row("model", figures => string.Join(", ", figures.Models));
        Row("messages", figures => $"{figures.Messages}");
        Row("turns", figures => figures.Rejected == 0 ? $"{figures.Turns}" : $"{figures.Turns}, {figures.Rejected} not usable");
        Row("cells", figures => figures.Failed == 0 ? $"{figures.Cells}" : $"{figures.Cells}, {figures.Failed} failed");
        Row("tokens", figures => $"{figures.InputTokens:N0} in, {figures.OutputTokens:N0} out");
        Row("time", figures => $"{Seconds(figures.Elapsed)} s: model {Seconds(figures.InModel)} s, cells {Seconds(figures.InCells)} s");
        var answers = Math.Max(comparison.First.Answers.Count, comparison.Second.Answers.Count);
        for (var index = 0; index < answers; index++)
        {
            var number = index;
            Row(answers == 1 ? "answer" : $"answer {index + 1}", figures => figures.Answers.ElementAtOrDefault(number) ?? "");
        }

        screen.Write(table);
        if (comparison.Parting is not { } parting)
        {
            screen.Line("They are the same in every message, cell, observation and answer.", Look.Good);
            return;
        }

        var (one, other, line) = Differing(parting);
        var where = parting.Cell == 0 ? $"message {parting.Message}" : $"message {parting.Message}, cell {parting.Cell}";
        screen.Line($"They differ from {where} on{(line > 0 ? $", in line {line + 1}" : "")}:", Look.Warning);
        screen.Line($"  {first}  {one}");
        screen.Line($"  {second}  {other}");
    }

    private static Text Value(string text) => new(TerminalText.Clean(text));

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.0}";

    /// <summary>The first line that differs, of two steps of one kind; else the first line of each.</summary>
    private static (string First, string Second, int Line) Differing(Parting parting)
    {
        var (first, second) = (Lines(parting.First), Lines(parting.Second));
        var line = 0;
        if (parting.First?.Kind == parting.Second?.Kind)
        {
            line = first.Zip(second).TakeWhile(pair => pair.First == pair.Second).Count();
        }

        return (Shown(parting.First, first, line), Shown(parting.Second, second, line), line);
    }

    private static string[] Lines(ConversationStep? step) => step is null ? [] : TerminalText.Clean(step.Text).Split('\n');

    private static string Shown(ConversationStep? step, string[] lines, int line)
    {
        var text = lines.ElementAtOrDefault(line) ?? "(ends before it)";
        text = text.Length <= LongestLine ? text : text[..LongestLine] + "…";
        return step is null ? "(is over)" : $"{step.Kind.ToString().ToLowerInvariant(),-11}  {text}";
    }

    private static JsonObject Json(string first, string second, Comparison comparison) => new()
    {
        ["conversations"] = new JsonArray(Json(first, comparison.First), Json(second, comparison.Second)),
        ["parting"] = comparison.Parting is not { } parting ? null : new JsonObject
        {
            ["message"] = parting.Message,
            ["cell"] = parting.Cell,
            ["first"] = Json(parting.First),
            ["second"] = Json(parting.Second),
        },
    };

    private static JsonObject Json(string id, ConversationFigures figures) => new()
    {
        ["id"] = id,
        ["models"] = new JsonArray([.. figures.Models.Select(model => JsonValue.Create(model))]),
        ["messages"] = figures.Messages,
        ["turns"] = figures.Turns,
        ["rejected"] = figures.Rejected,
        ["cells"] = figures.Cells,
        ["failed"] = figures.Failed,
        ["inputTokens"] = figures.InputTokens,
        ["outputTokens"] = figures.OutputTokens,
        ["elapsed"] = figures.Elapsed.TotalSeconds,
        ["inModel"] = figures.InModel.TotalSeconds,
        ["inCells"] = figures.InCells.TotalSeconds,
        ["answers"] = new JsonArray([.. figures.Answers.Select(answer => JsonValue.Create(answer))]),
    };

    private static JsonObject? Json(ConversationStep? step) => step is null ? null : new JsonObject
    {
        ["kind"] = step.Kind.ToString().ToLowerInvariant(),
        ["text"] = step.Text,
    };
}
