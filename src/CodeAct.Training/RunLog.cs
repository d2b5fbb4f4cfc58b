using System.Text.Json;
using ScottPlot;

namespace CodeAct.Training;

/// <summary>A line of <c>log.jsonl</c>; what was not measured there is null.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Seconds">Training time so far.</param>
/// <param name="Tokens">Tokens read so far.</param>
internal sealed record LogEntry(int Step, double Seconds, long Tokens)
{
    /// <summary>Mean over the steps since the line before, in nats per learned token.</summary>
    public double? Loss { get; init; }

    public double? CopyLoss { get; init; }

    public double? Rate { get; init; }

    public double? HeldLoss { get; init; }

    public double? HeldAccuracy { get; init; }

    /// <summary>Part of the held-out conversations in which every learned token is the most likely one.</summary>
    public double? HeldExact { get; init; }
}

/// <summary>The figures of a run, one JSON line each, and their picture. Lines after the resumed step are dropped.</summary>
internal sealed class RunLog
{
    private readonly string _path;
    private readonly List<LogEntry> _entries = [];

    public RunLog(string directory, int step)
    {
        _path = Path.Combine(directory, "log.jsonl");
        if (step > 0 && File.Exists(_path))
        {
            // A kill may have cut the last line short; it is of a later step then.
            var entries = File.ReadLines(_path).Where(line => line.EndsWith('}'))
                .Select(line => JsonSerializer.Deserialize<LogEntry>(line)!);
            _entries.AddRange(entries.Where(entry => entry.Step <= step));
        }
        File.WriteAllLines(_path, _entries.Select(entry => JsonSerializer.Serialize(entry)));
    }

    public void Add(LogEntry entry)
    {
        _entries.Add(entry);
        File.AppendAllLines(_path, [JsonSerializer.Serialize(entry)]);
    }

    /// <summary>Draws the losses over the steps into <c>loss.png</c>.</summary>
    public void Draw()
    {
        using var plot = new Plot();
        Line("training", entry => entry.Loss);
        Line("copying", entry => entry.CopyLoss);
        Line("held out", entry => entry.HeldLoss);
        plot.XLabel("step");
        plot.YLabel("loss per learned token, nats");
        plot.Axes.SetLimitsY(0, 1.05 * _entries.Max(entry => Math.Max(entry.Loss ?? 0, entry.HeldLoss ?? 0)));
        plot.ShowLegend(Alignment.UpperRight);
        plot.SavePng(Path.Combine(Path.GetDirectoryName(_path)!, "loss.png"), 900, 500);

        void Line(string name, Func<LogEntry, double?> value)
        {
            var points = _entries.Where(entry => value(entry) is not null)
                .Select(entry => new Coordinates(entry.Step, value(entry)!.Value)).ToArray();
            if (points.Length > 0)
            {
                plot.Add.ScatterLine(points).LegendText = name;
            }
        }
    }
}
