using Spectre.Console.Rendering;

namespace CodeAct.Cli.Terminal;

/// <summary>Asks a person for lines: with editing and a history at a terminal, else plainly line by line.</summary>
/// <param name="screen">Where the prompt stands.</param>
/// <param name="historyFile">Where lines are kept from one start to the next.</param>
internal sealed class Prompt(Screen screen, string historyFile)
{
    private const int MostRemembered = 1000;
    private readonly List<string> _history = Load(historyFile);

    /// <summary>Whether a person sits at both ends.</summary>
    public static bool HasPerson => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Asks for a line.</summary>
    /// <param name="label">What stands before it.</param>
    /// <param name="cancellationToken">Ends the wait where input is not a terminal.</param>
    /// <returns>The line; null at the end of input; empty after Ctrl-C.</returns>
    public async Task<string?> AskAsync(string label, CancellationToken cancellationToken)
    {
        if (!HasPerson)
        {
            return await Console.In.ReadLineAsync(cancellationToken);
        }

        screen.EndLine();
        var line = Edit(label);
        if (!string.IsNullOrWhiteSpace(line) && line != _history.LastOrDefault())
        {
            _history.Add(line);
            await RememberAsync(line, cancellationToken);
        }

        return line;
    }

    private string? Edit(string label)
    {
        var before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        try
        {
            var editor = new LineEditor(_history);
            while (true)
            {
                Draw(label, editor);
                switch (editor.Press(Console.ReadKey(intercept: true)))
                {
                    case EditOutcome.Done:
                        screen.Write("\n");
                        return editor.Text;
                    case EditOutcome.Cancelled:
                        screen.Write("^C\n");
                        return "";
                    case EditOutcome.EndOfInput:
                        screen.Write("\n");
                        return null;
                    case EditOutcome.Editing:
                        break;
                }
            }
        }
        finally
        {
            Console.TreatControlCAsInput = before;
        }
    }

    // The line stays in one row; a long one slides under the prompt.
    private void Draw(string label, LineEditor editor)
    {
        var room = Math.Max(10, screen.Width - Cells(label) - 1);
        var start = 0;
        while (Cells(editor.Text[start..editor.Cursor]) >= room)
        {
            start++;
        }

        var end = editor.Text.Length;
        while (Cells(editor.Text[start..end]) > room)
        {
            end--;
        }

        screen.TakeBack(rows: 1);
        screen.Write(label, Look.Task);
        screen.Write(editor.Text[start..end]);
        screen.MoveLeft(Cells(editor.Text[editor.Cursor..end]));
    }

    private static int Cells(string text) => Segment.CellCount([new Segment(text)]);

    private static List<string> Load(string file) =>
        File.Exists(file) ? [.. File.ReadLines(file).TakeLast(MostRemembered)] : [];

    private async Task RememberAsync(string line, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(historyFile)!);
            await File.AppendAllTextAsync(historyFile, line + "\n", cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written has no history; the conversation goes on.
        }
    }
}
