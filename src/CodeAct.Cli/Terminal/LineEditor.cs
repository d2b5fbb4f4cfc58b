namespace CodeAct.Cli.Terminal;

/// <summary>What a key press led to.</summary>
internal enum EditOutcome
{
    /// <summary>The line is still being written.</summary>
    Editing,

    /// <summary>The line is done.</summary>
    Done,

    /// <summary>Ctrl-C: the line is given up.</summary>
    Cancelled,

    /// <summary>Ctrl-D on an empty line: nothing more will be typed.</summary>
    EndOfInput,
}

/// <summary>One line being typed: the text, the cursor, and earlier lines to go back to. Keys as in bash and IPython.</summary>
/// <param name="history">Earlier lines, the oldest first.</param>
/// <param name="text">What the line begins with, to be changed.</param>
internal sealed class LineEditor(IReadOnlyList<string> history, string text = "")
{
    private int _shown = history.Count; // index into the history; its count stands for the new line
    private string _new = "";

    /// <summary>The line so far.</summary>
    public string Text { get; private set; } = text;

    /// <summary>Where the next character goes, from 0 to the length of the text.</summary>
    public int Cursor { get; private set; } = text.Length;

    /// <summary>Takes a key press.</summary>
    public EditOutcome Press(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        var alt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                return EditOutcome.Done;
            case ConsoleKey.C when control:
                return EditOutcome.Cancelled;
            case ConsoleKey.D when control && Text.Length == 0:
                return EditOutcome.EndOfInput;
            case ConsoleKey.LeftArrow or ConsoleKey.RightArrow or ConsoleKey.Home or ConsoleKey.End:
                Cursor = Target(key.Key, words: control || alt);
                break;
            case ConsoleKey.Backspace:
                Delete(control || alt ? WordStart() : Math.Max(0, Cursor - CharacterBefore()), Cursor);
                break;
            case ConsoleKey.Delete:
                Delete(Cursor, Math.Min(Text.Length, Cursor + CharacterAfter()));
                break;
            case ConsoleKey.UpArrow:
                Recall(_shown - 1);
                break;
            case ConsoleKey.DownArrow:
                Recall(_shown + 1);
                break;
            default:
                PressLetter(key, control, alt);
                break;
        }

        return EditOutcome.Editing;
    }

    private void PressLetter(ConsoleKeyInfo key, bool control, bool alt)
    {
        switch (key.Key)
        {
            case ConsoleKey.A when control:
                Cursor = 0;
                break;
            case ConsoleKey.E when control:
                Cursor = Text.Length;
                break;
            case ConsoleKey.B or ConsoleKey.F when control || alt:
                Cursor = Target(key.Key is ConsoleKey.B ? ConsoleKey.LeftArrow : ConsoleKey.RightArrow, words: alt);
                break;
            case ConsoleKey.D when control:
                Delete(Cursor, Math.Min(Text.Length, Cursor + CharacterAfter()));
                break;
            case ConsoleKey.K when control:
                Delete(Cursor, Text.Length);
                break;
            case ConsoleKey.U when control:
                Delete(0, Cursor);
                break;
            case ConsoleKey.W when control:
                Delete(WordStart(), Cursor);
                break;
            case ConsoleKey.P when control:
                Recall(_shown - 1);
                break;
            case ConsoleKey.N when control:
                Recall(_shown + 1);
                break;
            case ConsoleKey.Tab:
                Insert("    ");
                break;
            default:
                if (!char.IsControl(key.KeyChar) && !alt)
                {
                    Insert(key.KeyChar.ToString());
                }

                break;
        }
    }

    private void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    private void Delete(int from, int to)
    {
        Text = Text.Remove(from, to - from);
        Cursor = from;
    }

    private void Recall(int index)
    {
        if (index < 0 || index > history.Count)
        {
            return;
        }

        if (_shown == history.Count)
        {
            _new = Text;
        }

        _shown = index;
        Text = index == history.Count ? _new : history[index];
        Cursor = Text.Length;
    }

    private int Target(ConsoleKey key, bool words) => key switch
    {
        ConsoleKey.LeftArrow => words ? WordStart() : Math.Max(0, Cursor - CharacterBefore()),
        ConsoleKey.RightArrow => words ? WordEnd() : Math.Min(Text.Length, Cursor + CharacterAfter()),
        ConsoleKey.Home => 0,
        _ => Text.Length,
    };

    private int CharacterBefore() => Cursor >= 2 && char.IsLowSurrogate(Text[Cursor - 1]) ? 2 : 1;

    private int CharacterAfter() => Cursor + 1 < Text.Length && char.IsHighSurrogate(Text[Cursor]) ? 2 : 1;

    private int WordStart()
    {
        var at = Cursor;
        while (at > 0 && !char.IsLetterOrDigit(Text[at - 1]))
        {
            at--;
        }

        while (at > 0 && char.IsLetterOrDigit(Text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private int WordEnd()
    {
        var at = Cursor;
        while (at < Text.Length && !char.IsLetterOrDigit(Text[at]))
        {
            at++;
        }

        while (at < Text.Length && char.IsLetterOrDigit(Text[at]))
        {
            at++;
        }

        return at;
    }
}
