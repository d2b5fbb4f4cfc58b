using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CodeAct.Python;

namespace CodeAct.Web.Sessions;

/// <summary>
/// What a cell showed as the one text of <c>/execute</c>. As with the first CodeAct, but for this: what does not come from a stream begins
/// on a line of its own, a cell that is out of time keeps what it had written, and the end of an interpreter is told.
/// </summary>
internal sealed partial class ExecuteText(TimeSpan limit)
{
    private const string Nothing = "[Code executed successfully with no output]";

    private readonly StringBuilder _text = new();
    private PythonError? _error; // until it is known what comes next

    public void Add(CellEvent shown)
    {
        if (shown is not CellEnded { Status: CellStatus.TimedOut }) // which stands for the KeyboardInterrupt that it was ended with
        {
            AddLine(_error?.Traceback ?? "");
            _error = null;
        }

        switch (shown)
        {
            case StreamText(_, var text, _):
                _text.Append(text);
                break;
            case DisplayData(var data):
                AddLine(Of(data));
                break;
            case ExecuteResult(var data):
                AddLine(Of(data));
                break;
            case PythonError error:
                _error = error;
                break;
            case InterpreterRestarted(var reason):
                AddLine($"[{reason}]\n");
                break;
            case CellEnded { Status: CellStatus.TimedOut }:
                AddLine(string.Create(CultureInfo.InvariantCulture, $"[Execution timed out ({limit.TotalSeconds:0.###} seconds).]"));
                break;
            case CellEnded { Status: CellStatus.LimitReached or CellStatus.Died, Reason: var why }:
                AddLine($"[{why}]");
                break;
        }
    }

    public override string ToString() => _text.Length == 0 ? Nothing : Colours().Replace(_text.ToString(), "");

    private static string Of(MimeBundle data) =>
        data.Data.TryGetValue("image/png", out var picture) ? $"{data.PlainText}![image](data:image/png;base64,{picture})" : data.PlainText;

    private void AddLine(string text)
    {
        if (text.Length > 0 && _text.Length > 0 && _text[^1] != '\n')
        {
            _text.Append('\n');
        }

        _text.Append(text);
    }

    [GeneratedRegex("\x1B\\[[0-9;]*m", RegexOptions.NonBacktracking)]
    private static partial Regex Colours();
}
