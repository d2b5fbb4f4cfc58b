using System.Globalization;
using System.Net;
using System.Text;

namespace CodeAct.Perf;

/// <summary>The rows that compare something, as bars on a logarithmic axis: one panel a unit.</summary>
internal static class Chart
{
    private const int Width = 980;
    private const int Left = 330; // where bars begin
    private const int Right = 880; // and where the longest ends; its value comes behind
    private const int Bar = 13; // pixels from one bar to the next
    private const int Gap = 14; // between rows
    private const int Top = 96;
    private const string Outlined = """font-size="10.5" stroke="#ffffff" stroke-width="3" paint-order="stroke" """; // over the lines of the grid

    private static readonly (string Unit, string Title)[] _panels =
    [
        (Units.Milliseconds, "milliseconds, logarithmic: shorter is better"),
        (Units.Rate, "per second, logarithmic: longer is better"),
        (Units.Megabytes, "megabytes, logarithmic: shorter is better"),
    ];

    private static readonly Dictionary<string, string> _colours = new()
    {
        [Columns.CodeAct] = "#0b6e4f",
        [Columns.Jupyter] = "#d1495b",
        [Columns.Corrected] = "#edae49",
        [Columns.IPython] = "#3c7fb1",
        [Columns.Bubblewrap] = "#8d6a9f",
        [Columns.Pyodide] = "#8a8f98",
    };

    public static string Draw(IReadOnlyList<Row> rows)
    {
        var body = new StringBuilder();
        var y = Top;
        foreach (var (unit, title) in _panels)
        {
            var compared = rows.Where(row => row.Unit == unit && row.Samples.Count(one => one.Value.Median > 0) > 1).ToList();
            if (compared.Count > 0)
            {
                y = Panel(body, title, compared, y);
            }
        }

        var all = new StringBuilder();
        all.AppendLine(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{y}" viewBox="0 0 {Width} {y}"
                font-family="sans-serif" font-size="12" fill="#1c1c1c">
            <rect width="{Width}" height="{y}" fill="#ffffff"/>
            """);
        Text(all, 16, 30, "CodeAct beside what else runs Python cells", "start", "font-size=\"18\" font-weight=\"bold\"");
        for (var index = 0; index < Columns.All.Count; index++)
        {
            var (x, line) = (16 + (index % 3 * 230), 52 + (index / 3 * 18));
            Box(all, x, line - 10, 12, 11, _colours[Columns.All[index]]);
            Text(all, x + 18, line, Columns.All[index], "start", "");
        }

        return all.Append(body).AppendLine("</svg>").ToString();
    }

    /// <returns>Where the next one begins.</returns>
    private static int Panel(StringBuilder to, string title, IReadOnlyList<Row> rows, int top)
    {
        var values = rows.SelectMany(row => row.Samples.Values).Select(sample => sample.Median).Where(value => value > 0).ToList();
        var (least, most) = (Math.Floor(Math.Log10(values.Min())), Math.Ceiling(Math.Log10(values.Max())));
        double X(double value) => Left + ((Right - Left) * (Math.Log10(value) - least) / Math.Max(1, most - least));

        Text(to, 16, top + 14, title, "start", "font-size=\"14\" font-weight=\"bold\"");
        var bottom = top + 40 + rows.Sum(row => (row.Samples.Count(one => one.Value.Median > 0) * Bar) + Gap);
        for (var decade = least; decade <= most; decade++)
        {
            var x = X(Math.Pow(10, decade));
            to.AppendLine(
                CultureInfo.InvariantCulture, $"""<line x1="{x:0}" x2="{x:0}" y1="{top + 38}" y2="{bottom - 6}" stroke="#dcdcdc"/>""");
            Text(to, x, top + 34, Math.Pow(10, decade).ToString("#,0.###", CultureInfo.InvariantCulture), "middle", "fill=\"#555555\"");
        }

        var y = top + 46;
        foreach (var row in rows)
        {
            var bars = Columns.All.Where(column => row.Samples.GetValueOrDefault(column) is { Median: > 0 }).ToList();
            Text(to, Left - 10, y + (bars.Count * Bar / 2.0) + 3, row.Name.Replace("`", "", StringComparison.Ordinal), "end", "");
            foreach (var column in bars)
            {
                var value = row.Samples[column].Median;
                Box(to, Left, y, Math.Max(2, X(value) - Left), Bar - 2, _colours[column]);
                Text(to, Math.Max(Left + 2, X(value)) + 5, y + 9.5, Sample.Format(value), "start", Outlined);
                y += Bar;
            }

            y += Gap;
        }

        return bottom + 14;
    }

    private static void Box(StringBuilder to, double x, double y, double width, double height, string colour) =>
        to.AppendLine(
            CultureInfo.InvariantCulture, $"""<rect x="{x:0.#}" y="{y:0.#}" width="{width:0.#}" height="{height:0.#}" fill="{colour}"/>""");

    private static void Text(StringBuilder to, double x, double y, string text, string anchor, string more) =>
        to.AppendLine(
            CultureInfo.InvariantCulture,
            $"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}" {more}>{WebUtility.HtmlEncode(text)}</text>""");
}
