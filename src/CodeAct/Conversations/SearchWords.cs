using System.Text;
using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations;

/// <summary>What a search looks at: lower-case text, the same for every store.</summary>
internal static class SearchWords
{
    /// <summary>What can be found of an event.</summary>
    public static string Of(AgentEvent happened) => Plain(happened switch
    {
        RunStarted started => $"{started.Task}\n{string.Join('\n', started.Files)}\n{started.Model}",
        ReplyEnded ended => ended.Text, // the code of cells is in here
        ModelText(var text) => text,
        CellOutput(StreamText output) => output.Text,
        CellOutput(ExecuteResult(var data)) => data.PlainText,
        CellOutput(DisplayData(var data)) => data.PlainText,
        CellOutput(PythonError error) => $"{error.Name}: {error.Message}",
        CellOutput(ToolCalled call) => $"{call.Name} {call.Arguments}",
        CallStarted call => $"{call.Tool} {call.Arguments}",
        ApprovalRequested request => $"{request.Tool} {request.Arguments}",
        ApprovalAnswered answered => answered.Reason ?? answered.Arguments ?? "",
        CallFinished finished => finished.Observation,
        CellFinished finished => string.Join('\n', finished.Result.Files),
        _ => "",
    }).ToLowerInvariant();

    /// <summary>The words of a search.</summary>
    public static IReadOnlyList<string> In(string search) =>
        Plain(search).ToLowerInvariant().Split(null as char[], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Text that every database takes: whole characters, none of them zero.</summary>
    public static string Plain(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "");
}
