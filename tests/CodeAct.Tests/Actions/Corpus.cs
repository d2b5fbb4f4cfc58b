using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CodeAct.Actions;

namespace CodeAct.Tests.Actions;

/// <summary>A reply as models write them, and what it means.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="Finish">How it ended.</param>
/// <param name="Text">The reply.</param>
/// <param name="Meaning">The expected reading, as <see cref="Corpus.Meaning"/> writes it.</param>
internal sealed record CorpusCase(string Name, ReplyFinish Finish, string Text, string Meaning);

/// <summary>
/// Replies in <c>Corpus/SYNTAX.txt</c>. A case is a line <c>%%%% name</c>, with <c> | limit</c> when the token limit ended it; the
/// reply; a line <c>==== kind</c>; and what it means. <c>␍</c> stands for a carriage return. <c>UPDATE_GOLDEN=1</c> writes the
/// readings anew, to be reviewed.
/// </summary>
internal static class Corpus
{
    private const string CaseMark = "%%%% ";
    private const string MeaningMark = "==== ";

    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Tools for text, whose arguments are told apart by their parameters.</summary>
    private static readonly Dictionary<string, (string Name, string? Type)[]> _parameters = new()
    {
        ["weather"] = [("city", "string"), ("days", "integer")],
        ["get-weather.v2"] = [("city", "string")],
        ["note"] = [("text", "string")],
        ["add"] = [("a", "number"), ("b", "number")],
        ["search"] = [("limit", "integer"), ("query", "string")],
        ["total"] = [("items", "array")],
        ["flag"] = [("on", "boolean")],
        ["execute_code"] = [("code", "string")],
        ["now"] = [],
    };

    public static IReadOnlyList<string> Names { get; } = ["code", "json", "text", "mint", "m3-code", "m3-json", "m3-text"];

    public static ActionSyntax Syntax(string name) => name switch
    {
        "code" => ActionSyntax.Code(ActionFormat.Execute),
        "json" => ActionSyntax.Json(ActionFormat.Action),
        "text" => ActionSyntax.Text(ActionFormat.Action),
        "mint" => ActionSyntax.Code(ActionFormat.Mint),
        "m3-code" => ActionSyntax.Code(ActionFormat.M3ToolEval),
        "m3-json" => ActionSyntax.Json(ActionFormat.M3ToolEval),
        "m3-text" => ActionSyntax.Text(ActionFormat.M3ToolEval),
        _ => throw new ArgumentException($"There is no corpus '{name}'.", nameof(name)),
    };

    public static IReadOnlyList<CorpusCase> Read(string syntax)
    {
        var cases = new List<CorpusCase>();
        foreach (var part in ("\n" + File.ReadAllText(PathOf(syntax))).Split('\n' + CaseMark).Skip(1))
        {
            var (name, rest) = Halves(part, "\n");
            var (text, meaning) = Halves("\n" + rest, "\n" + MeaningMark);
            var reply = text.Length > 0 ? text[1..] : "";
            var isLimit = name.EndsWith(" | limit", StringComparison.Ordinal);
            cases.Add(new CorpusCase(
                name, isLimit ? ReplyFinish.TokenLimit : ReplyFinish.Stopped, reply.TrimEnd('\n').Replace('␍', '\r'), meaning.TrimEnd('\n')));
        }

        return cases;
    }

    public static void Update(string syntax)
    {
        var text = new StringBuilder();
        foreach (var one in Read(syntax))
        {
            var meaning = Meaning(Replies.Read(Syntax(syntax), [one.Text], one.Finish).Reply);
            text.Append($"{CaseMark}{one.Name}\n{one.Text.Replace('\r', '␍')}\n{MeaningMark}{meaning}\n");
        }

        File.WriteAllText(PathOf(syntax), text.ToString());
    }

    public static string Meaning(Reply reply) => (reply switch
    {
        CodeAction(_, var code) => $"code\n{code}",
        ToolAction call => $"call\n{call.Tool} {JsonSerializer.Serialize(Arguments(call), _readable)}"
            + (call.Reminder is { } reminder ? $"\n{reminder}" : ""),
        Answer(var text) => $"answer\n{text}",
        Unreadable(var reason) => $"unreadable\n{reason}",
        _ => throw new ArgumentException(reply.ToString(), nameof(reply)),
    }).Replace('\r', '␍');

    private static JsonElement Arguments(ToolAction call) => call.Arguments.ValueKind == JsonValueKind.String
        ? TextCall.Arguments(call.Arguments.GetString()!, _parameters.GetValueOrDefault(call.Tool, []))
        : call.Arguments;

    private static (string Before, string After) Halves(string text, string mark) =>
        text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + mark.Length)..]) : (text, "");

    private static string PathOf(string syntax, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Corpus", syntax + ".txt");
}

/// <summary>Reads replies in pieces.</summary>
internal static class Replies
{
    public static (Reply Reply, string Turn) Read(
        ActionSyntax syntax, IEnumerable<string> pieces, ReplyFinish finish = ReplyFinish.Stopped)
    {
        var reader = new ReplyReader(syntax);
        foreach (var piece in pieces)
        {
            if (reader.Feed(piece))
            {
                break;
            }
        }

        return (reader.Complete(finish), reader.Turn);
    }
}
