using System.Globalization;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>A table that a cell has shown, read out of its HTML: words and nothing else.</summary>
/// <param name="Columns">The names of the columns; those of the index, which come first, may be empty.</param>
/// <param name="Rows">Each as long as the columns.</param>
/// <param name="Note">What stands below it, such as <c>238 rows × 7 columns</c>; null for nothing.</param>
public sealed record DataTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note)
{
    private const int MostCells = 50_000;

    /// <summary>Reads it; null when the HTML is no plain table.</summary>
    public static DataTable? Of(string html)
    {
        if (!html.Contains("<table", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        using var document = new HtmlParser().ParseDocument(html);
        if (document.QuerySelectorAll("table") is not [var table])
        {
            return null;
        }

        var lines = table.QuerySelectorAll("tr")
            .Select(row => row.Children.Where(cell => cell.LocalName is "td" or "th").ToList())
            .ToList();
        var head = lines.TakeWhile(line => line.TrueForAll(cell => cell.LocalName == "th")).ToList();
        var width = lines.Select(line => line.Sum(Span)).DefaultIfEmpty(0).Max();
        if (width == 0 || (long)width * lines.Count > MostCells || lines.Exists(line => line.Exists(cell => Span(cell, "rowspan") > 1)))
        {
            return null;
        }

        var body = lines.Skip(head.Count).Select(Words).ToList();
        var names = Names(head, width);
        var note = (document.QuerySelectorAll("p") is [.., var last] ? last.TextContent.Trim() : null);
        return new DataTable(names, [.. body.Select(row => Padded(row, width))], string.IsNullOrEmpty(note) ? null : note);
    }

    /// <summary>The rows by the values of a column: as numbers where all of them are. What is missing comes last.</summary>
    public IReadOnlyList<IReadOnlyList<string>> By(int column, bool isDescending)
    {
        var isNumeric = IsNumeric(column);
        var missing = Rows.ToLookup(row => row[column] is "NaN" or "");
        var order = isNumeric
            ? missing[false].OrderBy(row => Number(row[column]))
            : missing[false].OrderBy(row => row[column], StringComparer.OrdinalIgnoreCase);
        return [.. isDescending ? order.Reverse() : order, .. missing[true]];
    }

    /// <summary>True when all values of a column are numbers.</summary>
    public bool IsNumeric(int column) => Rows.Count > 0 && Rows.All(row => Number(row[column]) is not null);

    /// <summary>As comma-separated values (RFC 4180).</summary>
    public string ToCsv() => string.Concat(Rows.Prepend(Columns).Select(row => string.Join(',', row.Select(Quoted)) + "\r\n"));

    private static string Quoted(string value) =>
        value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static double? Number(string text) =>
        text is "NaN" or "" ? double.NaN
        : double.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    // Names in several lines, as of a column index of several levels or of a named index, are put together.
    private static List<string> Names(List<List<IElement>> head, int width)
    {
        var lines = head.Select(line => Padded(Words(line), width)).ToList();
        return [.. Enumerable.Range(0, width).Select(Name)];

        string Name(int column) => string.Join(' ', lines.Select(line => line[column]).Where(name => name.Length > 0).Distinct());
    }

    private static List<string> Words(List<IElement> cells) =>
        [.. cells.SelectMany(cell => Enumerable.Repeat(cell.TextContent.Trim(), Span(cell)))];

    private static List<string> Padded(List<string> row, int width) => [.. row, .. Enumerable.Repeat("", Math.Max(0, width - row.Count))];

    private static int Span(IElement cell) => Span(cell, "colspan");

    private static int Span(IElement cell, string kind) =>
        int.TryParse(cell.GetAttribute(kind), CultureInfo.InvariantCulture, out var span) ? Math.Clamp(span, 1, 1000) : 1;
}
