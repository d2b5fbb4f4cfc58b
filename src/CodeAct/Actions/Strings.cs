namespace CodeAct.Actions;

/// <summary>Where a character of Python or JSON stands.</summary>
internal enum StringState
{
    /// <summary>In no string.</summary>
    Outside,

    /// <summary>In a string that has not ended yet.</summary>
    Open,

    /// <summary>At the end of a line on which a string should have ended.</summary>
    Broken,
}

/// <summary>Tells, character by character, what of Python's code, or of JSON, stands in strings.</summary>
internal sealed class Strings
{
    private char _quote;     // of the string that is open; 0 outside, '#' in a comment
    private bool _isTriple;
    private bool _isEscaped; // the next character
    private int _run;        // quotes in a row that end here

    /// <summary>A string is open.</summary>
    public bool IsOpen => _quote is '"' or '\'' && !IsEmpty;

    // Two quotes in a row at its beginning: empty, unless a third one follows.
    private bool IsEmpty => !_isTriple && _run == 2;

    /// <summary>Takes the next character.</summary>
    public StringState Take(char character)
    {
        if (IsEmpty)
        {
            (_isTriple, _quote) = character == _quote ? (true, _quote) : (false, '\0');
            _run = 0;
            if (_isTriple)
            {
                return StringState.Open;
            }
        }

        if (_quote is '\0')
        {
            (_quote, _run) = character is '"' or '\'' or '#' ? (character, 1) : ('\0', 0);
        }
        else if (_quote is '#')
        {
            _quote = character == '\n' ? '\0' : '#';
        }
        else if (_isEscaped || character == '\\')
        {
            (_isEscaped, _run) = (!_isEscaped, 0);
        }
        else if (character == _quote)
        {
            _run++;
            _quote = _isTriple ? _run == 3 ? '\0' : _quote : _run == 2 ? _quote : '\0';
            _isTriple = _isTriple && _quote != '\0';
        }
        else if (character == '\n' && !_isTriple)
        {
            _quote = '\0';
            return StringState.Broken;
        }
        else
        {
            _run = 0;
        }

        return IsOpen ? StringState.Open : StringState.Outside;
    }
}
