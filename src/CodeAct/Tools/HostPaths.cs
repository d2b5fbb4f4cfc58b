using System.Text.RegularExpressions;

namespace CodeAct.Tools;

/// <summary>Leaves of paths that lead into this machine's directories only the last part.</summary>
/// <remarks>
/// Nothing in a text says where a path with spaces ends. So directories that are known go first, whatever is in their names; in quotation
/// marks a path ends with them; elsewhere whatever may be the name of a directory is taken for one up to the last separator: rather a
/// word too many than the half of a path.
/// </remarks>
internal static partial class HostPaths
{
    private const RegexOptions Linear = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    // Begins at the root, on a drive, at a server, or at what has been shortened already.
    private const string Start = @"(/|[A-Za-z]:[\\/]|\\\\[\w.$?-]+[\\/]|…[\\/])";

    // A directory's name outside of quotation marks: neither begins nor ends with a space, and closes the brackets that it opens.
    private const string Mark = @"\\/'""`:;,<>|()\r\n";
    private const string Brackets = $@"\([^{Mark}]*\)";
    private const string Name = $@"([^\s{Mark}]|{Brackets})(([^{Mark}]|{Brackets})*([^\s{Mark}]|{Brackets}))?";

    /// <summary>The directories that exceptions on this machine are likely to name.</summary>
    public static IReadOnlyList<string> Known =>
    [
        AppContext.BaseDirectory,
        Environment.CurrentDirectory,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Path.GetTempPath(),
    ];

    public static string Remove(string text, IEnumerable<string> known)
    {
        foreach (var directory in known.Where(directory => directory.Length > 1).OrderByDescending(directory => directory.Length))
        {
            text = Regex.Replace(
                text,
                $@"(?<before>^|[^\w.~/\\-]){Regex.Escape(directory.TrimEnd('/', '\\'))}(?<after>[\\/])",
                "${before}…${after}",
                Linear | RegexOptions.IgnoreCase);
        }

        text = InStackTrace().Replace(text, Shorten);
        text = InQuotationMarks().Replace(text, Shorten);
        return Anywhere().Replace(text, Shorten);
    }

    private static string Shorten(Match match)
    {
        var path = match.Groups["path"];
        var last = path.Value.LastIndexOfAny(['/', '\\']);
        if (path.Value[0] == '/' && (path.Value.IndexOf('/', 1) is var end && (end < 0 || !Directory.Exists(path.Value[..end]))))
        {
            return match.Value; // of a web address, say
        }

        var (before, after) = (path.Index - match.Index, path.Index - match.Index + path.Length);
        return $"{match.ValueSpan[..before]}…{path.ValueSpan[last..]}{match.ValueSpan[after..]}";
    }

    [GeneratedRegex($@" in (?<path>{Start}[^\r\n]*):line \d", Linear)]
    private static partial Regex InStackTrace();

    [GeneratedRegex($@"'(?<path>{Start}[^'\r\n]*)'|""(?<path>{Start}[^""\r\n]*)""|`(?<path>{Start}[^`\r\n]*)`", Linear)]
    private static partial Regex InQuotationMarks();

    [GeneratedRegex($@"(^|[^\w.~/\\…-])(?<path>{Start}({Name}[\\/])*[^\s{Mark}]*)", Linear)]
    private static partial Regex Anywhere();
}
