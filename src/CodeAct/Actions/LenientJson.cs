using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CodeAct.Actions;

/// <summary>Reads JSON as models write it, and Python's literals that look like it.</summary>
/// <remarks>
/// Besides JSON it takes: comments (<c>//</c>, <c>#</c>, <c>/* */</c>); commas too many or too few; single, triple and typographic
/// quotes; raw line ends in strings; keys without quotes, <c>=</c> for <c>:</c>; <c>True</c>, <c>False</c>, <c>None</c>,
/// <c>NaN</c>; tuples; numbers such as <c>+1</c>, <c>.5</c>, <c>1_000</c>; closing brackets that are missing at the end.
/// Strings must end. It looks at each character a fixed number of times.
/// </remarks>
internal ref struct LenientJson
{
    private const int Deepest = 64;
    private const int LongestNumber = 400; // digits; to read more takes time that grows with their square

    private readonly ReadOnlySpan<char> _text;
    private readonly Utf8JsonWriter _writer;
    private int _at;

    private LenientJson(ReadOnlySpan<char> text, Utf8JsonWriter writer)
    {
        _text = text;
        _writer = writer;
    }

    /// <summary>Reads the value at the beginning of a text.</summary>
    /// <param name="text">The text; what follows the value is not looked at.</param>
    /// <param name="value">The value.</param>
    /// <param name="end">Where it ends, or how far the reading came.</param>
    /// <returns>False when there is no value.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out JsonElement value, out int end)
    {
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        var reader = new LenientJson(text, writer);
        var isRead = reader.Value(0);
        end = Math.Min(reader._at, text.Length);
        if (!isRead)
        {
            value = default;
            return false;
        }

        writer.Flush();
        using var document = JsonDocument.Parse(
            buffer.GetBuffer().AsMemory(0, (int)buffer.Length), new JsonDocumentOptions { MaxDepth = 2 * Deepest });
        value = document.RootElement.Clone();
        return true;
    }

    private readonly char Here => Ahead(0);

    private readonly char Ahead(int by) => _at + by < _text.Length ? _text[_at + by] : '\0';

    private readonly bool IsOver => _at >= _text.Length;

    private bool Value(int depth)
    {
        Skip();
        return (Here, depth) switch
        {
            (_, > Deepest) => false,
            ('{', _) => Object(depth),
            ('[', _) => Array(depth, ']'),
            ('(', _) => Array(depth, ')'),
            ('"' or '\'' or '“' or '‘', _) => String(out var text) && Write(text),
            ('+' or '-' or '.' or (>= '0' and <= '9'), _) => Number(),
            _ => Word(),
        };
    }

    private bool Object(int depth)
    {
        _at++;
        _writer.WriteStartObject();
        while (true)
        {
            SkipCommas();
            if (IsOver || Here == '}')
            {
                _at++;
                _writer.WriteEndObject();
                return true;
            }

            if (!Key(out var key))
            {
                return false;
            }

            Skip();
            if (Here is not (':' or '='))
            {
                return false;
            }

            _at += Here == '=' && Ahead(1) == '>' ? 2 : 1;
            Skip();
            _writer.WritePropertyName(key);
            if (IsOver || !Value(depth + 1))
            {
                return false;
            }
        }
    }

    private bool Array(int depth, char close)
    {
        _at++;
        _writer.WriteStartArray();
        while (true)
        {
            SkipCommas();
            if (IsOver || Here == close)
            {
                _at++;
                _writer.WriteEndArray();
                return true;
            }

            if (!Value(depth + 1))
            {
                return false;
            }
        }
    }

    private bool Key(out string key)
    {
        if (Here is '"' or '\'' or '“' or '‘')
        {
            return String(out key);
        }

        var start = _at;
        while (char.IsLetterOrDigit(Here) || Here is '_' or '-' or '$' or '.')
        {
            _at++;
        }

        key = _text[start.._at].ToString();
        return key.Length > 0;
    }

    private bool String(out string text)
    {
        var quote = Here switch { '“' => '”', '‘' => '’', var same => same };
        var isTriple = Here is ('"' or '\'') && Ahead(1) == Here && Ahead(2) == Here;
        _at += isTriple ? 3 : 1;
        var built = new StringBuilder();
        while (!IsOver)
        {
            if (Here == quote && (!isTriple || (Ahead(1) == quote && Ahead(2) == quote)))
            {
                _at += isTriple ? 3 : 1;
                text = built.ToString();
                return true;
            }

            if (Here == '\\' && _at + 1 < _text.Length)
            {
                _at++;
                Escape(built);
            }
            else
            {
                built.Append(Here);
                _at++;
            }
        }

        text = "";
        return false;
    }

    private void Escape(StringBuilder built)
    {
        var letter = Here;
        _at++;
        var length = letter switch { 'u' => 4, 'x' => 2, _ => 0 };
        if (length > 0 && _at + length <= _text.Length
            && int.TryParse(_text.Slice(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _at += length;
            built.Append((char)code);
            return;
        }

        _ = letter switch
        {
            'n' => built.Append('\n'),
            't' => built.Append('\t'),
            'r' => built.Append('\r'),
            'b' => built.Append('\b'),
            'f' => built.Append('\f'),
            '"' or '\'' or '\\' or '/' or '“' or '”' => built.Append(letter),
            '\n' => built, // Python's way to go on in the next line
            _ => built.Append('\\').Append(letter), // a regular expression, say, whose author forgot to double it
        };
    }

    private bool Number()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Here) || Here is '+' or '-' or '.' or '_')
        {
            _at++;
        }

        var text = _text[start.._at].ToString().Replace("_", "").TrimStart('+');
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            _writer.WriteNumberValue(whole);
            return true;
        }

        if (text.Length <= LongestNumber
            && System.Numerics.BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            _writer.WriteRawValue(text.StartsWith('-') ? "-" + text[1..].TrimStart('0') : text.TrimStart('0'), skipInputValidation: true);
            return true;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            _writer.WriteNumberValue(number);
            return true;
        }

        _at = start;
        return false;
    }

    private bool Word()
    {
        var start = _at;
        while (char.IsLetter(Here))
        {
            _at++;
        }

        switch (_text[start.._at])
        {
            case "true" or "True":
                _writer.WriteBooleanValue(true);
                return true;
            case "false" or "False":
                _writer.WriteBooleanValue(false);
                return true;
            case "null" or "None" or "NaN" or "undefined":
                _writer.WriteNullValue();
                return true;
            default:
                _at = start;
                return false;
        }
    }

    private readonly bool Write(string text)
    {
        _writer.WriteStringValue(text);
        return true;
    }

    private void SkipCommas()
    {
        Skip();
        while (Here is ',' or ';')
        {
            _at++;
            Skip();
        }
    }

    private void Skip()
    {
        while (!IsOver)
        {
            if (char.IsWhiteSpace(Here) || Here is '\u200b' or '\ufeff')
            {
                _at++;
            }
            else if (Here == '#' || (Here == '/' && Ahead(1) == '/'))
            {
                SkipTo("\n");
            }
            else if (Here == '/' && Ahead(1) == '*')
            {
                SkipTo("*/");
            }
            else
            {
                return;
            }
        }
    }

    private void SkipTo(string end) =>
        _at = _text[_at..].IndexOf(end, StringComparison.Ordinal) is >= 0 and var index ? _at + index + end.Length : _text.Length;
}
