using System.Text;

namespace CodeAct.Actions;

/// <summary>Reads text as it would stand on a terminal; what moves the cursor or changes colours or title is gone.</summary>
/// <remarks>One for each stream of text, since an escape sequence may come in pieces.</remarks>
/// <param name="live">True when a carriage return may start a line again; else only the last state of a line is kept.</param>
public sealed class TerminalText(bool live)
{
    private readonly StringBuilder _line = new(); // held back until its end, where a carriage return may still replace it
    private Escape _escape;
    private bool _returned;

    private enum Escape
    {
        None,
        Started,
        Sequence,
        Command,
        CommandEnding,
    }

    /// <summary>Reads a whole text.</summary>
    public static string Clean(string text)
    {
        var safe = new TerminalText(live: false);
        return safe.Feed(text) + safe.Rest();
    }

    /// <summary>What may be shown of the next piece.</summary>
    public string Feed(string piece)
    {
        var shown = new StringBuilder(piece.Length);
        foreach (var character in piece)
        {
            if (_escape is not Escape.None && character != '\n') // a command without its end must not swallow the rest
            {
                _escape = InEscape(character);
            }
            else if (character == '\e')
            {
                _escape = Escape.Started;
            }
            else if (character == '\n')
            {
                _escape = Escape.None;
                shown.Append(_line).Append('\n');
                _line.Clear();
                _returned = false;
            }
            else if (character == '\r')
            {
                _returned = true;
            }
            else if (character == '\t' || !char.IsControl(character))
            {
                Add(character, shown);
            }
        }

        return shown.ToString();
    }

    /// <summary>What was held back, once nothing more will come.</summary>
    public string Rest()
    {
        var rest = _line.ToString();
        _line.Clear();
        return rest;
    }

    private void Add(char character, StringBuilder shown)
    {
        if (_returned)
        {
            _returned = false;
            _line.Clear();
            if (live)
            {
                shown.Append('\r');
            }
        }

        (live ? shown : _line).Append(character);
    }

    private Escape InEscape(char character) => (_escape, character) switch
    {
        (Escape.Started, '[') => Escape.Sequence,
        (Escape.Started, ']' or 'P' or '_' or '^' or 'X') => Escape.Command,
        (Escape.Started, >= ' ' and <= '/') => Escape.Started,
        (Escape.Started, _) => Escape.None,
        (Escape.Sequence, >= '@' and <= '~') => Escape.None,
        (Escape.Sequence, _) => Escape.Sequence,
        (Escape.Command, '\a') => Escape.None,
        (Escape.Command, '\e') => Escape.CommandEnding,
        (Escape.CommandEnding, _) => Escape.None,
        _ => Escape.Command,
    };
}
