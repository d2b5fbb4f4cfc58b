using System.Text.RegularExpressions;

namespace CodeAct.Data;

/// <summary>Reads and writes the few Python literals that the expert prints.</summary>
internal static partial class PythonLiteral
{
    /// <summary>A string literal in single quotes where that is possible, as Python's repr has it.</summary>
    public static string Quote(string text) =>
        text.Contains('\'') && !text.Contains('"')
            ? $"\"{text}\""
            : $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Quote))}]";

    /// <summary>The entries of a flat dictionary, a list of pairs or a list, each as <c>name: value</c> or <c>name</c>.</summary>
    public static IEnumerable<string> Entries(string literal) => literal switch
    {
        ['{', ..] => Entry().Matches(literal).Select(NameAndValue),
        ['[', '[' or '(', ..] => Pair().Matches(literal).Select(NameAndValue),
        _ => Item().Matches(literal).Select(item => Unquoted(item.Value)),
    };

    private static string NameAndValue(Match match) =>
        $"{Unquoted(match.Groups["name"].Value)}: {Unquoted(match.Groups["value"].Value)}";

    private static string Unquoted(string literal) => literal[0] is '\'' or '"' ? literal[1..^1] : literal;

    [GeneratedRegex("""(?<name>'[^']*'|"[^"]*"|[\w.-]+): (?<value>'[^']*'|"[^"]*"|[\w.+-]+)""", RegexOptions.NonBacktracking)]
    private static partial Regex Entry();

    [GeneratedRegex(
        """[\[(](?<name>'[^']*'|"[^"]*"|[\w.-]+), (?<value>'[^']*'|"[^"]*"|[\w.+-]+)[\])]""",
        RegexOptions.NonBacktracking)]
    private static partial Regex Pair();

    [GeneratedRegex("""'[^']*'|"[^"]*"|-?\d[\d.]*""", RegexOptions.NonBacktracking)]
    private static partial Regex Item();
}
