using System.Text;
using System.Text.Json;
using CodeAct.Python;

namespace CodeAct.Actions;

/// <summary>What the model is shown of a cell: output, result and traceback in order, then notes in square brackets.</summary>
/// <remarks>A pure function of the cell's events. Models are trained on these strings: change them with care.</remarks>
public static class ObservationText
{
    /// <summary>Characters of output that are shown when nothing else is said.</summary>
    public const int DefaultBudget = 4000;

    private const int MostFilesNamed = 12;

    /// <summary>Writes the observation of one cell.</summary>
    /// <param name="events">The cell's events, in order.</param>
    /// <param name="budget">Most characters of output, at least 100; of more, head and tail are kept. Notes come on top.</param>
    public static string Of(IEnumerable<CellEvent> events, int budget = DefaultBudget) => Of(events, budget, ActionFormat.Execute);

    /// <summary>What the model is shown of a call that it made without code.</summary>
    /// <param name="answer">What became of it.</param>
    /// <param name="budget">Most characters.</param>
    /// <param name="format">How long text is cut, and what stands for none.</param>
    internal static string OfCall(ToolAnswer answer, int budget, ActionFormat format)
    {
        var text = answer switch
        {
            ToolValue({ ValueKind: JsonValueKind.String } value) => value.GetString()!,
            ToolValue({ ValueKind: JsonValueKind.Null }) => "",
            ToolValue(var value) => value.GetRawText(),
            ToolBytes(var data) => $"[{data.Length} bytes of data]",
            ToolFailure(ToolFailureKind.Refused, var message) => $"Refused: {message}",
            ToolFailure(_, var message) => $"Error: {message}",
            _ => throw new System.Diagnostics.UnreachableException($"No text for {answer.GetType().Name}."),
        };
        return Cut(text, budget, format) is { Length: > 0 } shown ? shown : format.Empty;
    }

    /// <summary>Writes the observation of one cell.</summary>
    internal static string Of(IEnumerable<CellEvent> events, int budget, ActionFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 100);
        var body = new StringBuilder();
        var before = new List<string>();
        var after = new List<string>();
        foreach (var cellEvent in events)
        {
            switch (cellEvent)
            {
                case InterpreterRestarted(var reason):
                    before.Add($"[new interpreter, earlier variables are gone: {Plain(reason)}]");
                    break;
                case StreamText(_, var text, _):
                    body.Append(text);
                    break;
                case DisplayData(var data):
                    AppendBlock(body, Shown(data));
                    break;
                case ExecuteResult(var data):
                    AppendBlock(body, Shown(data));
                    break;
                case PythonError error:
                    AppendBlock(body, error.Traceback);
                    break;
                case ToolCalled or ToolReturned: // the code has the result
                    break;
                case CellEnded ended:
                    after.AddRange(EndNotes(ended));
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"No text for {cellEvent.GetType().Name}.");
            }
        }

        var output = Cut(body.ToString(), budget, format);
        string[] lines = [.. before, .. output.Length > 0 ? [output] : Array.Empty<string>(), .. after];
        return lines.Length == before.Count ? string.Join('\n', [.. lines, format.Empty]) : string.Join('\n', lines);
    }

    private static string Cut(string text, int budget, ActionFormat format)
    {
        var output = TerminalText.Clean(text).TrimEnd();
        return format.Cut is { } cut && cut.Head + cut.Tail <= budget ? cut.Apply(output) : Middle(output, budget);
    }

    /// <summary>Keeps the head and the tail of a long text and says how much of the middle is left out.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="budget">Most characters that are kept of it.</param>
    internal static string Middle(string text, int budget)
    {
        if (text.Length <= budget)
        {
            return text;
        }

        var head = LineEndBefore(text, WholeCharacter(text, budget / 2), slack: budget / 8);
        var tail = LineStartAfter(text, WholeCharacter(text, text.Length - (budget / 2)), slack: budget / 8);
        return $"{text[..head].TrimEnd('\n')}\n[... {tail - head} characters left out ...]\n{text[tail..]}";
    }

    private static int WholeCharacter(string text, int index) => char.IsLowSurrogate(text[index]) ? index - 1 : index;

    private static int LineEndBefore(string text, int index, int slack) =>
        text.LastIndexOf('\n', index - 1, slack) is >= 0 and var newline ? newline + 1 : index;

    private static int LineStartAfter(string text, int index, int slack) =>
        text.IndexOf('\n', index, Math.Min(slack, text.Length - index)) is >= 0 and var newline && newline + 1 < text.Length
            ? newline + 1
            : index;

    private static string Shown(MimeBundle data) =>
        data.Data.Keys.Any(type => type.StartsWith("image/", StringComparison.Ordinal)) ? "[image]" : data.PlainText;

    private static void AppendBlock(StringBuilder body, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (body.Length > 0 && body[^1] != '\n')
        {
            body.Append('\n');
        }

        body.Append(text).Append('\n');
    }

    private static IEnumerable<string> EndNotes(CellEnded ended)
    {
        if (ended.Status is not (CellStatus.Ok or CellStatus.Raised))
        {
            var reason = Plain(ended.Reason ?? ended.Status.ToString());
            var variables = ended.VariablesKept ? "variables are kept" : "all variables are gone";
            yield return reason.Contains("variables", StringComparison.Ordinal) ? $"[{reason}]" : $"[{reason}; {variables}]";
        }

        if (ended.Files.Count > 0)
        {
            var more = ended.Files.Count > MostFilesNamed ? $", and {ended.Files.Count - MostFilesNamed} more" : "";
            yield return $"[files: {string.Join(", ", ended.Files.Take(MostFilesNamed))}{more}]";
        }
    }

    private static string Plain(string reason) => reason.Trim().TrimEnd('.');
}
