namespace CodeAct.Cli.Terminal;

/// <summary>What a piece of Python source is, as far as its colour goes.</summary>
internal enum PythonTokenKind
{
    Plain,
    Keyword,
    Constant,
    Number,
    Text,
    Comment,
    Definition,
    Magic,
}

/// <summary>A piece of source; the tokens of a source are all of it, in order.</summary>
internal readonly record struct PythonToken(PythonTokenKind Kind, string Text);

/// <summary>Cuts Python source into pieces for highlighting, and sees whether it is complete. Takes any source.</summary>
internal sealed class PythonLexer
{
    private static readonly HashSet<string> _keywords =
    [
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally",
        "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
        "while", "with", "yield",
    ];

    private static readonly HashSet<string> _constants = ["True", "False", "None", "self", "cls"];

    private readonly string _source;
    private readonly List<PythonToken> _tokens = [];
    private int _at;
    private int _plainStart;
    private int _openBrackets;
    private bool _openText;
    private bool _afterDefinition;

    private PythonLexer(string source) => _source = source;

    private char Current => _at < _source.Length ? _source[_at] : '\0';

    /// <summary>The tokens of a source.</summary>
    public static IReadOnlyList<PythonToken> Tokens(string source)
    {
        var lexer = new PythonLexer(source);
        lexer.Run();
        return lexer._tokens;
    }

    /// <summary>Whether these lines, as typed, are done: no bracket or string is open, a block has its empty line.</summary>
    public static bool IsComplete(string source)
    {
        var lexer = new PythonLexer(source);
        lexer.Run();
        var lines = source.TrimEnd(' ', '\t').Split('\n');
        var code = lines.LastOrDefault(line => line.Trim().Length > 0) ?? "";
        var inBlock = code.TrimEnd().EndsWith(':') || code.StartsWith(' ') || code.StartsWith('\t') || code.StartsWith('@');
        var goesOn = lexer._openBrackets > 0 || lexer._openText || code.EndsWith('\\');
        return !goesOn && (lines[^1].Length == 0 || !(inBlock || source.StartsWith("%%", StringComparison.Ordinal)));
    }

    private void Run()
    {
        if (_source.StartsWith("%%", StringComparison.Ordinal))
        {
            Take(PythonTokenKind.Magic, LineEnd(0));
        }

        while (_at < _source.Length)
        {
            Step();
        }

        EndPlain();
    }

    private void Step()
    {
        var character = Current;
        switch (character)
        {
            case '#':
                Take(PythonTokenKind.Comment, LineEnd(_at));
                break;
            case '!' or '%' or '?' when AtLineStart():
                Take(PythonTokenKind.Magic, LineEnd(_at));
                break;
            case '@' when AtLineStart():
                Take(PythonTokenKind.Definition, WordEnd(_at + 1, dots: true));
                break;
            case '"' or '\'':
                Take(PythonTokenKind.Text, TextEnd(_at, raw: false));
                break;
            case >= '0' and <= '9':
                Take(PythonTokenKind.Number, NumberEnd());
                break;
            case '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or > '\x7f':
                TakeWord();
                break;
            default:
                _openBrackets += character is '(' or '[' or '{' ? 1 : character is ')' or ']' or '}' ? -1 : 0;
                _at++;
                break;
        }
    }

    private void TakeWord()
    {
        var end = Math.Max(_at + 1, WordEnd(_at, dots: false));
        var word = _source[_at..end];
        var isPrefix = word.Length <= 2 && word.All(letter => "rRbBfFuU".Contains(letter));
        if (isPrefix && end < _source.Length && _source[end] is '"' or '\'')
        {
            Take(PythonTokenKind.Text, TextEnd(end, raw: word.Contains('r') || word.Contains('R')));
            return;
        }

        var kind = _afterDefinition ? PythonTokenKind.Definition
            : _keywords.Contains(word) ? PythonTokenKind.Keyword
            : _constants.Contains(word) ? PythonTokenKind.Constant
            : PythonTokenKind.Plain;
        _afterDefinition = word is "def" or "class";
        if (kind is PythonTokenKind.Plain)
        {
            _at = end;
        }
        else
        {
            Take(kind, end);
        }
    }

    private void Take(PythonTokenKind kind, int end)
    {
        EndPlain();
        _tokens.Add(new PythonToken(kind, _source[_at..end]));
        _at = _plainStart = end;
    }

    private void EndPlain()
    {
        if (_plainStart < _at)
        {
            _tokens.Add(new PythonToken(PythonTokenKind.Plain, _source[_plainStart.._at]));
            _plainStart = _at;
        }
    }

    private bool AtLineStart() => _openBrackets <= 0 && _source.AsSpan(0, _at).TrimEnd(" \t") is { Length: var length }
        && (length == 0 || _source[length - 1] == '\n');

    private int LineEnd(int from) => _source.IndexOf('\n', from) is >= 0 and var newline ? newline : _source.Length;

    private int WordEnd(int from, bool dots)
    {
        while (from < _source.Length
            && (_source[from] == '_' || char.IsLetterOrDigit(_source[from]) || (dots && _source[from] == '.')))
        {
            from++;
        }

        return from;
    }

    private int NumberEnd()
    {
        var end = _at + 1;
        while (end < _source.Length
            && (char.IsLetterOrDigit(_source[end])
                || _source[end] is '_' or '.'
                || (_source[end] is '+' or '-' && _source[end - 1] is 'e' or 'E')))
        {
            end++;
        }

        return end;
    }

    private int TextEnd(int quote, bool raw)
    {
        var mark = _source[quote];
        var triple = quote + 2 < _source.Length && _source[quote + 1] == mark && _source[quote + 2] == mark;
        for (var i = quote + (triple ? 3 : 1); i < _source.Length; i++)
        {
            if (_source[i] == '\\' && (!raw || i + 1 < _source.Length))
            {
                i++;
            }
            else if (_source[i] == '\n' && !triple)
            {
                return i;
            }
            else if (_source[i] == mark
                && (!triple || (i + 2 < _source.Length && _source[i + 1] == mark && _source[i + 2] == mark)))
            {
                return i + (triple ? 3 : 1);
            }
        }

        _openText = triple;
        return _source.Length;
    }
}
