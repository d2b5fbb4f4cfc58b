using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>
/// Python with its words in colours: <c>k</c> keywords, <c>s</c> strings, <c>c</c> comments,
/// <c>n</c> numbers, <c>b</c> built-ins, <c>d</c> decorators and magics.
/// </summary>
internal static partial class PythonCode
{
    private const int MostColoured = 50_000; // characters; longer code is shown as it is

    private static readonly HashSet<string> _keywords =
    [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
        "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
        "return", "try", "while", "with", "yield", "match", "case",
    ];

    private static readonly HashSet<string> _builtIn =
    [
        "abs", "all", "any", "bool", "bytes", "dict", "dir", "divmod", "enumerate", "filter", "float", "format", "getattr", "hasattr",
        "hash", "help", "hex", "id", "input", "int", "isinstance", "iter", "len", "list", "map", "max", "min", "next", "object", "open",
        "ord", "pow", "print", "property", "range", "repr", "reversed", "round", "set", "setattr", "sorted", "str", "sum", "super",
        "tuple", "type", "vars", "zip",
    ];

    public static MarkupString Html(string code)
    {
        var html = new StringBuilder();
        if (code.Length > MostColoured)
        {
            return new MarkupString(WebUtility.HtmlEncode(code));
        }

        var at = 0;
        foreach (Match match in Token().Matches(code))
        {
            html.Append(WebUtility.HtmlEncode(code[at..match.Index]));
            var text = WebUtility.HtmlEncode(match.Value);
            html.Append(Kind(match) is { } kind ? $"<span class=\"{kind}\">{text}</span>" : text);
            at = match.Index + match.Length;
        }

        return new MarkupString(html.Append(WebUtility.HtmlEncode(code[at..])).ToString());
    }

    private static string? Kind(Match match) => match switch
    {
        _ when match.Groups["comment"].Success => "c",
        _ when match.Groups["string"].Success => "s",
        _ when match.Groups["number"].Success => "n",
        _ when match.Groups["decorator"].Success => "d",
        _ when _keywords.Contains(match.Value) => "k",
        _ when _builtIn.Contains(match.Value) => "b",
        _ => null,
    };

    [GeneratedRegex(
        """"
        (?<comment>\#[^\n]*)
        |(?<string>[rRbBuUfF]{0,2}("""[\s\S]*?("""|$)|\'\'\'[\s\S]*?(\'\'\'|$)|"(?>(\\[\s\S]|[^"\\\n])*)"?|'(?>(\\[\s\S]|[^'\\\n])*)'?))
        |(?<decorator>(^|(?<=\n))[ \t]*[@%!][^\n(]*)
        |(?<number>\b\d[\w.]*)
        |(?<word>[^\W\d]\w*)
        """",
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
