using Spectre.Console.Rendering;

namespace CodeAct.Cli.Terminal;

/// <summary>Asks a person for lines: with editing and a history at a terminal, else plainly line by line.</summary>
/// <param name="screen">Where the prompt stands.</param>
/// <param name="historyFile">Where lines are kept from one start to the next; null for nowhere.</param>
internal sealed class Prompt(Screen screen, string? historyFile)
{
    private const int MostRemembered = 1000;
    private static readonly TimeSpan _glance = TimeSpan.FromMilliseconds(30); // shorter than a person notices
    private readonly List<string> _history = historyFile is null ? [] : Load(historyFile);

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
        var (outcome, text) = await EditAsync(new LineEditor(_history), label, null, cancellationToken);
        var line = outcome switch
        {
            EditOutcome.Done => text,
            EditOutcome.Cancelled => "",
            _ => null,
        };
        if (historyFile is not null && !string.IsNullOrWhiteSpace(line) && line != _history.LastOrDefault())
        {
            _history.Add(line);
            await RememberAsync(line, cancellationToken);
        }

        return line;
    }

    /// <summary>Asks a person for a line that may begin with some text.</summary>
    /// <param name="label">What stands before it.</param>
    /// <param name="text">What it begins with.</param>
    /// <param name="cancellationToken">Ends the wait for the next key.</param>
    /// <returns>The line; null after Ctrl-C and Ctrl-D.</returns>
    public async Task<string?> EditAsync(string label, string text, CancellationToken cancellationToken)
    {
        screen.Status(null);
        screen.EndLine();
        using var timer = new PeriodicTimer(_glance, TimeProvider.System);
        var (outcome, line) = await EditAsync(new LineEditor(_history, text), label, timer, cancellationToken);
        return outcome is EditOutcome.Done ? line : null;
    }

    /// <param name="editor">Takes the keys.</param>
    /// <param name="label">What stands before the line.</param>
    /// <param name="timer">How often to look for a key, where the wait must be able to end; null to wait for one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<(EditOutcome Outcome, string Text)> EditAsync(
        LineEditor editor, string label, PeriodicTimer? timer, CancellationToken cancellationToken)
    {
        var before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        try
        {
            while (true)
            {
                Draw(label, editor);
                while (timer is not null && !Console.KeyAvailable)
                {
                    await timer.WaitForNextTickAsync(cancellationToken);
                }

                switch (editor.Press(Console.ReadKey(intercept: true)))
                {
                    case EditOutcome.Done:
                        screen.Write("\n");
                        return (EditOutcome.Done, editor.Text);
                    case EditOutcome.Cancelled:
                        screen.Write("^C\n");
                        return (EditOutcome.Cancelled, "");
                    case EditOutcome.EndOfInput:
                        screen.Write("\n");
                        return (EditOutcome.EndOfInput, "");
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
            Directory.CreateDirectory(Path.GetDirectoryName(historyFile!)!);
            await File.AppendAllTextAsync(historyFile!, line + "\n", cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written has no history; the conversation goes on.
        }
    }
}
