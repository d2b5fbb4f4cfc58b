using CodeAct.Actions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CodeAct.Cli.Terminal;

/// <summary>Where a command writes: a terminal with colours and a status line, or a pipe that gets plain text.</summary>
/// <remarks>Safe to use from several threads. Text of models and cells goes through <see cref="TerminalText"/> first.</remarks>
internal sealed class Screen : IDisposable
{
    private static readonly TimeSpan _frame = TimeSpan.FromMilliseconds(100);
    private static readonly char[] _spinner = [.. "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];

    private readonly Lock _gate = new(); // what is written and the status line do not mix
    private readonly IAnsiConsole _console;
    private readonly ITimer? _timer;
    private Func<string>? _status;
    private bool _statusShown;
    private bool _atLineStart = true;
    private int _frames;

    public Screen(IAnsiConsole console, TimeProvider time)
    {
        _console = console;
        _timer = IsTerminal ? time.CreateTimer(_ => Spin(), null, _frame, _frame) : null;
    }

    /// <summary>Whether someone looks on, so that things may move.</summary>
    public bool IsTerminal => _console.Profile.Capabilities.Ansi;

    /// <summary>Columns of the terminal.</summary>
    public int Width => _console.Profile.Width;

    /// <summary>Rows of the terminal.</summary>
    public int Height => _console.Profile.Height;

    /// <summary>Standard output: a terminal when it is one and not a dumb one; colours unless <c>NO_COLOR</c> is set.</summary>
    public static Screen OfProcess(TimeProvider time)
    {
        var terminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        var colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return To(Console.Out, terminal, colours, time);
    }

    /// <summary>Plain text into a writer.</summary>
    public static Screen Plain(TextWriter writer, TimeProvider time) => To(writer, terminal: false, colours: false, time);

    /// <summary>Writes text as it is, without breaking lines.</summary>
    public void Write(string text, Style? style = null)
    {
        if (text.Length == 0)
        {
            return;
        }

        lock (_gate)
        {
            EraseStatus();
            _console.Write(new Unwrapped(text, style ?? Style.Plain));
            _atLineStart = text[^1] is '\n' or '\r';
        }
    }

    /// <summary>Writes a line; an unfinished one is ended first.</summary>
    public void Line(string text = "", Style? style = null)
    {
        EndLine();
        Write(text, style);
        Write("\n");
    }

    /// <summary>Ends the line if something stands on it.</summary>
    public void EndLine()
    {
        if (!_atLineStart)
        {
            Write("\n");
        }
    }

    /// <summary>Writes a table or the like.</summary>
    public void Write(IRenderable renderable)
    {
        lock (_gate)
        {
            EraseStatus();
            _console.Write(renderable);
            _atLineStart = true;
        }
    }

    /// <summary>Takes back the last lines that were written, where there is a terminal.</summary>
    /// <param name="rows">How many rows of the terminal they fill; the cursor stands in the last of them.</param>
    public void TakeBack(int rows)
    {
        lock (_gate)
        {
            EraseStatus();
            _console.Write(new ControlCode(rows > 1 ? $"\r\e[{rows - 1}A\e[J" : "\r\e[J"));
            _atLineStart = true;
        }
    }

    /// <summary>Moves the cursor to the left within its row.</summary>
    public void MoveLeft(int columns)
    {
        if (columns > 0)
        {
            lock (_gate)
            {
                _console.Write(new ControlCode($"\e[{columns}D"));
            }
        }
    }

    /// <summary>Shows that something is under way, below what is written, until null is given.</summary>
    /// <param name="text">Asked again ten times a second.</param>
    public void Status(Func<string>? text)
    {
        lock (_gate)
        {
            _status = text;
            if (text is null)
            {
                EraseStatus();
            }
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        Status(null);
        if (IsTerminal)
        {
            EndLine(); // so that an error message does not continue a reply that broke off
        }
    }

    private static Screen To(TextWriter writer, bool terminal, bool colours, TimeProvider time)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Capabilities.Unicode = true;
        if (!terminal)
        {
            console.Profile.Width = 130; // of tables; a pipe has no width of its own
        }

        return new Screen(console, time);
    }

    private void Spin()
    {
        lock (_gate)
        {
            if (_status is { } status && _atLineStart)
            {
                var text = $"{_spinner[_frames++ % _spinner.Length]} {status()}";
                _console.Write(new ControlCode("\r\e[K"));
                _console.Write(new Unwrapped(text.Length < Width ? text : text[..(Width - 1)], Look.Faint));
                _statusShown = true;
            }
        }
    }

    private void EraseStatus()
    {
        if (_statusShown)
        {
            _console.Write(new ControlCode("\r\e[K"));
            _statusShown = false;
        }
    }

    private sealed class Unwrapped(string text, Style style) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(1, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => [new Segment(text, style)];
    }
}
