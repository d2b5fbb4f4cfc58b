using System.Text;

namespace CodeAct.Web.Pages.Panels;

/// <summary>The first rows of a text of separated values (RFC 4180), for a person to look at.</summary>
/// <param name="Header">The first line.</param>
/// <param name="Rows">Those after it; none is longer than <see cref="MostColumns"/>.</param>
/// <param name="IsWhole">There are no more rows or columns.</param>
internal sealed record SeparatedTable(IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows, bool IsWhole)
{
    private const int MostColumns = 50;

    /// <summary>Reads it; what is not well formed is taken as it stands.</summary>
    /// <param name="text">May end in the middle of a line.</param>
    /// <param name="separator">Stands between values.</param>
    /// <param name="mostRows">Rows at most, without the header.</param>
    public static SeparatedTable Read(string text, char separator, int mostRows)
    {
        var rows = new List<IReadOnlyList<string>>();
        var isWhole = true;
        var at = 0;
        while (at < text.Length && rows.Count <= mostRows)
        {
            var row = Row(text, separator, ref at);
            isWhole &= row.Count <= MostColumns;
            rows.Add([.. row.Take(MostColumns)]);
        }

        return new SeparatedTable(rows.FirstOrDefault() ?? [], [.. rows.Skip(1)], isWhole && at >= text.Length);
    }

    private static List<string> Row(string text, char separator, ref int at)
    {
        var row = new List<string>();
        var value = new StringBuilder();
        var isQuoted = false;
        for (; at < text.Length; at++)
        {
            var character = text[at];
            if (character == '"')
            {
                var isDouble = isQuoted && at + 1 < text.Length && text[at + 1] == '"';
                if (isDouble)
                {
                    value.Append(text[at++]);
                }
                else
                {
                    isQuoted = !isQuoted;
                }
            }
            else if (!isQuoted && character == separator)
            {
                row.Add(value.ToString());
                value.Clear();
            }
            else if (!isQuoted && character == '\n')
            {
                at++;
                break;
            }
            else if (isQuoted || character != '\r')
            {
                value.Append(character);
            }
        }

        row.Add(value.ToString());
        return row;
    }
}
