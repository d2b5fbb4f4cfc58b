namespace CodeAct.Actions;

/// <summary>Code as a model wrote it, made into the code it meant.</summary>
internal static class CodeText
{
    /// <summary>So deep does anything wrap an action: more of it is rubbish, and each layer costs a look at the whole.</summary>
    public const int MostLayers = 6;

    private static readonly string[] _languages = ["python", "py", "python3", "py3", "ipython", "ipython3", "tool_code"];

    /// <summary>Whether the line after the opening of a fence names Python.</summary>
    public static bool IsPython(string fenceInfo, bool unlabelled)
    {
        var words = fenceInfo.Split([' ', '\t', '\r', '{', '}', '.', ','], StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? unlabelled : _languages.Contains(words[0].ToLowerInvariant());
    }

    /// <summary>Takes off what the code is wrapped in once more: a fence, a tag, blank lines, indentation.</summary>
    /// <param name="code">What stood in the block.</param>
    public static string Unwrap(string code)
    {
        var text = WithoutBlankLines(code.Replace("\r\n", "\n"));
        for (var layer = 0; layer < MostLayers; layer++)
        {
            var inner = WithoutBlankLines(WithoutFence(WithoutTag(WithoutTag(text, "execute"), "code")));
            if (inner.Length == text.Length)
            {
                break;
            }

            text = inner;
        }

        return text;
    }

    /// <summary>Takes off what ends a block and is not of it: a fence, an end of another tag, a chat template's mark.</summary>
    public static string WithoutStrayEnd(string code)
    {
        var text = code.TrimEnd();
        var line = text[(text.LastIndexOf('\n') + 1)..].Trim();
        if (line is "```" && text.Split('\n').Count(other => other.TrimStart().StartsWith("```", StringComparison.Ordinal)) % 2 == 1)
        {
            return text[..^3];
        }

        var start = line.EndsWith("|>", StringComparison.Ordinal) ? line.LastIndexOf("<|", StringComparison.Ordinal) // such as <|im_end|>
            : line.StartsWith("</", StringComparison.Ordinal) && line.EndsWith('>') ? 0
            : -1;
        return start >= 0 && !line.AsSpan(start).Contains(' ') ? text[..^(line.Length - start)] : code;
    }

    /// <summary>Takes spaces off the beginning of each line, as far as there are so many.</summary>
    public static string Outdented(string text, int indent) =>
        string.Join('\n', text.Split('\n').Select(line => line[Math.Min(indent, line.Length - line.TrimStart(' ').Length)..]));

    private static string WithoutTag(string text, string name)
    {
        var (open, close) = ($"<{name}>", $"</{name}>");
        if (!text.StartsWith(open, StringComparison.Ordinal))
        {
            return text;
        }

        return text.EndsWith(close, StringComparison.Ordinal) ? text[open.Length..^close.Length] : text[open.Length..];
    }

    private static string WithoutFence(string text)
    {
        var length = text.TakeWhile(character => character == '`').Count();
        var firstLine = text.IndexOf('\n') is >= 0 and var newline ? newline : text.Length;
        if (length < 3 || !IsPython(text[length..firstLine], unlabelled: true))
        {
            return text;
        }

        var inner = text[firstLine..];
        var fence = '\n' + new string('`', length);
        return inner.EndsWith(fence, StringComparison.Ordinal) ? inner[..^fence.Length] : inner;
    }

    // The first line's indentation stays, for it belongs to the code; a single line has none that matters.
    private static string WithoutBlankLines(string text)
    {
        var code = text.TrimEnd();
        var first = code.Length - code.TrimStart().Length;
        return code.IndexOf('\n', first) < 0 ? code[first..] : code[(code.AsSpan(0, first).LastIndexOf('\n') + 1)..];
    }
}
