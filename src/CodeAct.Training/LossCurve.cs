using ScottPlot;

namespace CodeAct.Training;

/// <summary>The loss over the steps of a run, as a picture.</summary>
internal static class LossCurve
{
    public static void Draw(IReadOnlyList<LogEntry> entries, string path)
    {
        using var plot = new Plot();
        Line(plot, "training", entries, entry => entry.Loss);
        Line(plot, "copying", entries, entry => entry.CopyLoss);
        Line(plot, "held out", entries, entry => entry.HeldLoss);
        plot.XLabel("step");
        plot.YLabel("loss per learned token, nats");
        plot.Axes.SetLimitsY(0, entries.Max(entry => Math.Max(entry.Loss ?? 0, entry.HeldLoss ?? 0)) * 1.05 + 0.01);
        plot.ShowLegend(Alignment.UpperRight);
        plot.SavePng(path, 900, 500);
    }

    private static void Line(Plot plot, string name, IReadOnlyList<LogEntry> entries, Func<LogEntry, double?> value)
    {
        var points = entries.Where(entry => value(entry) is not null).ToArray();
        if (points.Length > 0)
        {
            var line = plot.Add.ScatterLine(points.Select(p => new Coordinates(p.Step, value(p)!.Value)).ToArray());
            line.LegendText = name;
        }
    }
}
