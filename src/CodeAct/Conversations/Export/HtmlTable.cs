using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace CodeAct.Conversations.Export;

/// <summary>The first table in what a cell showed as HTML: its text is read, and none of its markup taken over.</summary>
internal static partial class HtmlTable
{
    private const int MostLetters = 1 << 20; // of HTML that is looked at

    /// <summary>The table as markup of our own; null when there is none.</summary>
    public static string? Of(string html)
    {
        if (html.Length > MostLetters || html.IndexOf("<table", StringComparison.OrdinalIgnoreCase) is not (>= 0 and var start))
        {
            return null;
        }

        var table = new StringBuilder("<div class=\"table\" tabindex=\"0\"><table>");
        var (isRow, cells, from) = (false, 0, -1);
        var kind = "td";
        foreach (Match tag in Tag().Matches(html, start))
        {
            var (name, isEnd) = (tag.Groups["name"].Value.ToLowerInvariant(), tag.Groups["end"].Length > 0);
            if (from >= 0)
            {
                var text = WebUtility.HtmlDecode(Markup().Replace(html[from..tag.Index], "")).Trim();
                table.Append($"<{kind}>{WebUtility.HtmlEncode(text)}</{kind}>");
                (from, cells) = (-1, cells + 1);
            }

            if (isRow && (name == "tr" || name == "table"))
            {
                table.Append("</tr>");
                isRow = false;
            }

            if (name == "table" && isEnd)
            {
                break;
            }

            if (name == "tr" && !isEnd)
            {
                table.Append("<tr>");
                isRow = true;
            }
            else if (isRow && !isEnd && name is ("td" or "th"))
            {
                (kind, from) = (name, tag.Index + tag.Length);
            }
        }

        return cells == 0 ? null : table.Append(isRow ? "</tr>" : "").Append("</table></div>").ToString();
    }

    [GeneratedRegex(
        "<(?<end>/?)(?<name>table|tr|td|th)(\\s[^>]*)?>",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Tag();

    [GeneratedRegex("<[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Markup();
}
