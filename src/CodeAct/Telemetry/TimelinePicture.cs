using System.Globalization;
using System.Security;
using System.Text;

namespace CodeAct.Telemetry;

/// <summary>Draws a <see cref="Timeline"/>: the sums as one bar with its legend, and below them one row a turn.</summary>
public static class TimelinePicture
{
    private const double Width = 1040;
    private const double Edge = 20;
    private const double Left = 300; // where the time axis begins
    private const double Right = 960; // and where it ends; the turn's own time stands behind
    private const double Row = 20;
    private const double Bar = 12;
    private const int TitleLength = 33; // characters of code beside a row
    private const int TaskLength = 110;
    private const double Joined = 0.8; // pixels between two bars that are drawn as one

    private static readonly (TimeKind? Kind, string Name, string Class)[] _legend =
    [
        (TimeKind.UntilFirst, "model, first token", "first"),
        (TimeKind.Streaming, "model, writing", "stream"),
        (TimeKind.Interpreter, "interpreter", "cell"),
        (TimeKind.Tool, "tools", "tool"),
        (TimeKind.Waiting, "waiting for a person", "wait"),
        (null, "everything else", "rest"),
    ];

    // Fills stand in the rules twice, not in variables, which not every viewer of SVG knows.
    private const string Style = """
        <style>
        text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2933 }
        .back { fill: #ffffff } .title { font-size: 16px; font-weight: 600 } .task { font-weight: 600 }
        .faint { fill: #667380 } .code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 11px; fill: #4a5763 }
        .num { font-variant-numeric: tabular-nums } .grid { stroke: #e3e8ed } .odd { fill: #f6f8fa }
        .first { fill: #a9c8ea } .stream { fill: #2f6fb5 } .cell { fill: #f0a43c } .tool { fill: #2c8a57 }
        .wait { fill: #a678c8 } .rest { fill: #d4dae0 }
        @media (prefers-color-scheme: dark) {
        text { fill: #e4e9ee } .back { fill: #14181d } .faint { fill: #93a0ad } .code { fill: #b6c1cc }
        .grid { stroke: #2b333b } .odd { fill: #1a2027 }
        .first { fill: #35567c } .stream { fill: #62a3ea } .cell { fill: #e0963a } .tool { fill: #45b379 }
        .wait { fill: #b98fd9 } .rest { fill: #3b454f }
        }
        </style>
        """;

    /// <summary>Draws it as an SVG that stands alone and suits light and dark pages.</summary>
    /// <param name="timeline">What is drawn.</param>
    /// <param name="name">What it is of.</param>
    public static string Draw(Timeline timeline, string name)
    {
        var total = timeline.Runs.Sum(run => run.Seconds);
        var body = new StringBuilder();
        Head(body, timeline, name, total);
        var y = Sums(body, timeline, total, 66);
        var grid = y + 26;
        y = Rows(body, timeline, Math.Max(total, 1e-6), grid);
        var size = Invariant($"width=\"{Width}\" height=\"{y + 16:0}\"");
        var all = new StringBuilder(Invariant(
            $"""<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {Width} {y + 16:0}" role="img">"""));
        all.Append('\n').Append(Style).Append(Invariant($"\n<rect class=\"back\" {size}/>\n"));
        return all.Append(body).Append("</svg>\n").ToString();
    }

    private static void Head(StringBuilder to, Timeline timeline, string name, double total)
    {
        var turns = timeline.Runs.Sum(run => run.Turns.Count);
        var cells = timeline.Runs
            .SelectMany(run => run.Turns)
            .SelectMany(turn => turn.Spans)
            .Count(span => span.Kind is TimeKind.Interpreter);
        var facts = timeline.Runs is [] ? "no run yet" : Invariant(
            $"{Seconds(total)} · {turns} {(turns == 1 ? "turn" : "turns")} · {cells} {(cells == 1 ? "cell" : "cells")} · ")
            + $"{Path.GetFileName(timeline.Runs[0].Model)} · {Invariant($"{timeline.Runs[0].At:yyyy-MM-dd HH:mm}")} UTC";
        Text(to, Edge, 30, "title", "Where the time went");
        Text(to, Edge, 50, "faint", $"{name} · {facts}");
    }

    /// <summary>The sums as one bar, and what its colours mean.</summary>
    /// <returns>Where it ends.</returns>
    private static double Sums(StringBuilder to, Timeline timeline, double total, double top)
    {
        var sums = _legend.ToDictionary(part => part.Class, part => part.Kind is { } kind ? timeline.Runs.Sum(run => run.Sums[kind]) : 0);
        sums["rest"] = Math.Max(0, total - sums.Values.Sum());
        var (x, legend) = (Edge, Edge);
        var scale = (Width - (2 * Edge)) / Math.Max(total, 1e-6);
        foreach (var (_, name, style) in _legend)
        {
            var share = total > 0 ? sums[style] / total : 0;
            var words = Invariant($"{Seconds(sums[style])} · {share:0.#%}");
            Box(to, x, top, sums[style] * scale, 16, style, $"{name}: {words}");
            x += sums[style] * scale;
            to.Append(Invariant($"<rect class=\"{style}\" x=\"{legend:0}\" y=\"{top + 30}\" width=\"11\" height=\"11\" rx=\"2\"/>\n"));
            Text(to, legend + 17, top + 40, "", name);
            Text(to, legend + 17, top + 56, "faint num", words);
            legend += 169;
        }

        return top + 66;
    }

    private static double Rows(StringBuilder to, Timeline timeline, double total, double top)
    {
        double X(double seconds) => Left + ((Right - Left) * seconds / total);
        var rows = new StringBuilder();
        var (y, begin, number) = (top + 8, 0.0, 0);
        foreach (var run in timeline.Runs)
        {
            y += 18;
            Text(rows, Edge, y, "task", Short(run.Task, TaskLength));
            if (run.End is { } end)
            {
                rows.Append(Invariant($"<text class=\"faint\" x=\"{Width - Edge}\" y=\"{y}\" text-anchor=\"end\">{Escape(end)}</text>\n"));
            }

            y += 8;
            foreach (var turn in run.Turns)
            {
                number++;
                if (number % 2 == 1)
                {
                    to.Append(Invariant($"<rect class=\"odd\" x=\"{Edge}\" y=\"{y}\" width=\"{Width - (2 * Edge)}\" height=\"{Row}\"/>\n"));
                }

                Text(rows, Edge + 24, y + 14, "faint num", Invariant($"{number}"), "end");
                Text(rows, Edge + 34, y + 14, "code", Short(turn.Title, TitleLength));
                Bars(rows, turn, seconds => X(begin + seconds), y + ((Row - Bar) / 2));
                var took = turn.Spans.Max(span => span.End) - turn.Spans.Min(span => span.Start);
                Text(rows, Width - Edge - 2, y + 14, "faint num", Seconds(took), "end");
                y += Row;
            }

            begin += run.Seconds;
        }

        Axis(to, total, X, top, y);
        to.Append(rows);
        return y;
    }

    private static void Bars(StringBuilder to, TimelineTurn turn, Func<double, double> x, double y)
    {
        var within = turn.Spans.Any(span => span.Kind is TimeKind.Interpreter);
        foreach (var (kind, _, style) in _legend.Where(part => part.Kind is not null))
        {
            var inner = kind is (TimeKind.Tool or TimeKind.Waiting) && within; // a cell's tools lie in the lower half of its bar
            foreach (var (start, end, labels) in Together(turn.Spans.Where(span => span.Kind == kind), x))
            {
                var words = labels.Count == 1 ? labels[0] : $"{labels.Count} calls: {Counts(labels)}";
                Box(
                    to, x(start), inner ? y + (Bar / 2) : y, Math.Max(1, x(end) - x(start)), inner ? Bar / 2 : Bar, style,
                    $"{words} · {Seconds(end - start)}");
            }
        }
    }

    /// <summary>Bars that would overlap or touch, as one: a cell may make thousands of calls.</summary>
    private static IEnumerable<(double Start, double End, IReadOnlyList<string> Labels)> Together(
        IEnumerable<TimelineSpan> spans, Func<double, double> x)
    {
        List<string> labels = [];
        var (start, end) = (0.0, 0.0);
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            if (labels.Count > 0 && x(span.Start) - x(end) > Joined)
            {
                yield return (start, end, labels);
                labels = [];
            }

            start = labels.Count == 0 ? span.Start : start;
            end = labels.Count == 0 ? span.End : Math.Max(end, span.End);
            labels.Add(span.Label);
        }

        if (labels.Count > 0)
        {
            yield return (start, end, labels);
        }
    }

    private static string Counts(IReadOnlyList<string> labels) => string.Join(
        ", ", labels.CountBy(label => label).OrderByDescending(one => one.Value).Select(one => $"{one.Key} ×{one.Value}"));

    private static void Axis(StringBuilder to, double total, Func<double, double> x, double top, double bottom)
    {
        var rough = total / 8;
        var decade = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = decade * (rough / decade) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        for (var tick = 0; tick * step <= total * 1.0001; tick++)
        {
            var at = x(tick * step);
            to.Append(Invariant($"<line class=\"grid\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{top + 4}\" y2=\"{bottom}\"/>\n"));
            Text(to, at, top, "faint num", Invariant($"{tick * step:0.######}"), "middle");
        }

        Text(to, Width - Edge - 2, top, "faint", "seconds", "end");
    }

    private static void Box(StringBuilder to, double x, double y, double width, double height, string style, string title)
    {
        if (width > 0)
        {
            to.Append(Invariant($"<rect class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height}\">"))
                .Append($"<title>{Escape(title)}</title></rect>\n");
        }
    }

    private static void Text(StringBuilder to, double x, double y, string style, string text, string anchor = "start") =>
        to.Append(Invariant($"<text class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\">{Escape(text)}</text>\n"));

    private static string Seconds(double seconds) => seconds switch
    {
        < 0.0995 => Invariant($"{seconds * 1000:0} ms"),
        < 9.995 => Invariant($"{seconds:0.00} s"),
        < 99.95 => Invariant($"{seconds:0.0} s"),
        _ => Invariant($"{seconds:0} s"),
    };

    private static string Short(string text, int length)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        var most = char.IsHighSurrogate(line.ElementAtOrDefault(length - 1)) ? length - 1 : length;
        return line.Length <= length ? line : $"{line[..most]}…";
    }

    // XML has no way to write control characters at all.
    private static string Escape(string text) => SecurityElement.Escape(
        string.Concat(text.EnumerateRunes().Where(rune => !Rune.IsControl(rune) && rune.Value is not (0xFFFE or 0xFFFF))));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
