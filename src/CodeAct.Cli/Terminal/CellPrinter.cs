using System.Diagnostics;
using CodeAct.Actions;
using CodeAct.Python;

namespace CodeAct.Cli.Terminal;

/// <summary>Prints a cell: its code highlighted, then what it shows as it comes.</summary>
internal sealed class CellPrinter(Screen screen, TimeProvider time)
{
    private const int MostShown = 20_000;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private TerminalText _output = new(live: false);
    private TerminalText _errors = new(live: false);
    private bool _lineStart = true;
    private long _shown;
    private long _started;

    /// <summary>Prints the code and begins a new output.</summary>
    public void Start(string code)
    {
        screen.EndLine();
        var lineStart = true;
        foreach (var (kind, text) in PythonLexer.Tokens(TerminalText.Clean(code).TrimEnd()))
        {
            foreach (var (index, line) in text.Split('\n').Index())
            {
                if (index > 0)
                {
                    screen.Write("\n");
                    lineStart = true;
                }

                if (lineStart)
                {
                    screen.Write("  │ ", Look.Faint);
                    lineStart = false;
                }

                screen.Write(line, Look.Of(kind));
            }
        }

        screen.EndLine();
        (_output, _errors) = (new TerminalText(screen.IsTerminal), new TerminalText(screen.IsTerminal));
        (_lineStart, _shown, _started) = (true, 0, time.GetTimestamp());
        screen.Status(() => time.GetElapsedTime(_started) is var elapsed && elapsed >= _patience
            ? $"running · {elapsed.TotalSeconds:0} s · Ctrl-C interrupts it"
            : "running");
    }

    /// <summary>Prints what the running cell shows.</summary>
    public void Show(CellEvent shown)
    {
        switch (shown)
        {
            case StreamText(var stream, var text, _):
                ShowText(stream, text);
                break;
            case DisplayData(var data):
                Block(IsPicture(data) ? "[picture]" : data.PlainText, Look.Plain);
                break;
            case ExecuteResult(var data):
                Block(IsPicture(data) ? "[picture]" : data.PlainText, Look.Plain);
                break;
            case PythonError error:
                Block(error.Traceback, Look.Failure);
                break;
            case InterpreterRestarted(var reason):
                Block($"A fresh interpreter; earlier variables are gone: {reason}", Look.Warning);
                break;
            case ToolCalled or ToolReturned or CellEnded:
                break;
            default:
                throw new UnreachableException($"No way to show {shown.GetType().Name}.");
        }
    }

    /// <summary>Ends the output and says how the cell ended, if not by itself.</summary>
    public void End(CellEnded result)
    {
        screen.Status(null);
        Flush();
        if (_shown > MostShown)
        {
            screen.Line($"  … {_shown - MostShown:#,0} more characters", Look.Faint);
        }

        if (result.Reason is { } reason)
        {
            screen.Line($"  {TerminalText.Clean(reason)}", Look.Warning);
        }

        if (result.Elapsed >= _patience)
        {
            screen.Line($"  {result.Elapsed.TotalSeconds:0.0} s", Look.Faint);
        }
    }

    internal static bool IsPicture(MimeBundle data) => data.Data.ContainsKey("image/png") || data.Data.ContainsKey("image/jpeg");

    private void ShowText(StreamName stream, string text)
    {
        if (stream is StreamName.Stdout)
        {
            Write(_errors.Rest(), Look.Warning);
            Write(_output.Feed(text), Look.Plain);
        }
        else
        {
            Write(_output.Rest(), Look.Plain);
            Write(_errors.Feed(text), Look.Warning);
        }
    }

    private void Block(string text, Spectre.Console.Style style)
    {
        Flush();
        Write(TerminalText.Clean(text).TrimEnd() + "\n", style);
    }

    private void Flush()
    {
        Write(_output.Rest(), Look.Plain);
        Write(_errors.Rest(), Look.Warning);
        if (!_lineStart)
        {
            Write("\n", Look.Plain);
        }
    }

    private void Write(string text, Spectre.Console.Style style)
    {
        var room = (int)Math.Clamp(MostShown - _shown, 0, text.Length);
        _shown += text.Length;
        foreach (var (index, line) in text[..room].Split('\n').Index())
        {
            if (index > 0)
            {
                screen.Write("\n");
                _lineStart = true;
            }

            foreach (var (state, part) in line.Split('\r').Index()) // a bar that grows in place
            {
                if (state > 0)
                {
                    screen.Write("\r");
                    _lineStart = true;
                }

                if (part.Length > 0)
                {
                    screen.Write(_lineStart ? "  " + part : part, style);
                    _lineStart = false;
                }
            }
        }
    }
}
