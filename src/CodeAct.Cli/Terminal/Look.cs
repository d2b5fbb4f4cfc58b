using Spectre.Console;

namespace CodeAct.Cli.Terminal;

/// <summary>How things look on a terminal, in one place. Without colours all of it is plain.</summary>
internal static class Look
{
    public static readonly Style Plain = Style.Plain;
    public static readonly Style Faint = new(decoration: Decoration.Dim);
    public static readonly Style Task = new(Color.Aqua, decoration: Decoration.Bold);
    public static readonly Style Answer = new(decoration: Decoration.Bold);
    public static readonly Style Good = new(Color.Green);
    public static readonly Style Warning = new(Color.Yellow);
    public static readonly Style Failure = new(Color.Red);

    public static Style Of(PythonTokenKind kind) => kind switch
    {
        PythonTokenKind.Keyword => new Style(Color.Blue),
        PythonTokenKind.Constant or PythonTokenKind.Number => new Style(Color.Aqua),
        PythonTokenKind.Text => new Style(Color.Green),
        PythonTokenKind.Comment => Faint,
        PythonTokenKind.Definition or PythonTokenKind.Magic => new Style(Color.Yellow),
        _ => Plain,
    };
}
