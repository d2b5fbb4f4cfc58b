using System.Globalization;
using System.Text;

namespace CodeAct.Llama.Tokenization;

/// <summary>
/// Splits text into the pieces that no token crosses, as llama.cpp's <c>qwen2</c> pre-tokenizer does: contractions, words with
/// one leading character, single digits, runs of punctuation, line ends, blanks. It works on code points, which
/// <see cref="System.Text.RegularExpressions.Regex"/> does not. Characters that only one side's Unicode version knows may be
/// split otherwise; that is harmless, because this split only counts pairs for training.
/// </summary>
internal static class PreTokenizer
{
    /// <summary>llama.cpp's name for this split, in <c>tokenizer.ggml.pre</c>.</summary>
    public const string Name = "qwen2";

    /// <summary>The same split as a regular expression, in the spelling that tokenizer.json files use.</summary>
    public const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private enum Kind
    {
        End,
        Letter,
        Number,
        Blank,
        LineEnd,
        Other,
    }

    /// <summary>The pieces in order; together they are the text.</summary>
    public static IEnumerable<Range> Split(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = PieceEnd(text, start);
            yield return start..end;
            start = end;
        }
    }

    private static int PieceEnd(string text, int start)
    {
        if (Contraction(text, start) is var contraction and > 0)
            return start + contraction;

        var kind = KindAt(text, start, out var length);
        var next = KindAt(text, start + length, out _);
        if (kind == Kind.Letter || (kind is Kind.Blank or Kind.Other && next == Kind.Letter))
            return Run(text, start + length, Kind.Letter);

        if (kind == Kind.Number)
            return start + length;

        if (kind == Kind.Other)
            return Run(text, Run(text, start, Kind.Other), Kind.LineEnd);

        return text[start] == ' ' && next == Kind.Other
            ? Run(text, Run(text, start + 1, Kind.Other), Kind.LineEnd)
            : BlanksEnd(text, start);
    }

    /// <summary>Blanks up to the last line end among them; else all but the last one before other text; else all.</summary>
    private static int BlanksEnd(string text, int start)
    {
        var end = start;
        var last = start;
        var afterLineEnd = -1;
        for (Kind kind; (kind = KindAt(text, end, out var length)) is Kind.Blank or Kind.LineEnd; end += length)
        {
            last = end;
            if (kind == Kind.LineEnd)
                afterLineEnd = end + length;
        }

        if (afterLineEnd > 0)
            return afterLineEnd;

        return end < text.Length && last > start ? last : end;
    }

    private static int Contraction(string text, int start)
    {
        if (text[start] != '\'' || start + 1 == text.Length)
            return 0;

        var first = char.ToLowerInvariant(text[start + 1]);
        if (first is 's' or 't' or 'm' or 'd')
            return 2;

        var second = start + 2 < text.Length ? char.ToLowerInvariant(text[start + 2]) : '\0';
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static int Run(string text, int start, Kind wanted)
    {
        while (KindAt(text, start, out var length) == wanted)
            start += length;

        return start;
    }

    private static Kind KindAt(string text, int index, out int length)
    {
        length = 0;
        if (index >= text.Length)
            return Kind.End;

        length = 1;
        var first = text[index];
        if (first is '\r' or '\n')
            return Kind.LineEnd;

        Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out length);
        if (Rune.IsWhiteSpace(rune))
            return Kind.Blank;

        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
