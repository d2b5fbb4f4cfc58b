using System.Globalization;
using System.Text;

namespace CodeAct.Perf;

/// <summary>The table: one row a measurement, one column an engine.</summary>
internal sealed class Report(TextWriter output)
{
    private readonly List<Row> _rows = [];
    private readonly List<string> _loads = [];

    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Whether every target was met.</summary>
    public bool AllMet => _rows.All(row => row.IsMet);

    /// <summary>Begins a group of rows and says what else the machine does.</summary>
    public void Begin(string group)
    {
        var load = Processes.Load();
        _loads.Add($"{group} {load}");
        output.WriteLine($"{group} (load average {load})");
    }

    /// <param name="name">What was measured.</param>
    /// <param name="unit">One of <see cref="Units"/>.</param>
    /// <param name="targets">What CodeAct is to reach; none for a row that only tells.</param>
    /// <param name="samples">By column; null for what could not be had.</param>
    public void Add(
        string name, string unit, IReadOnlyList<Target> targets, params IEnumerable<(string Column, Sample? Sample)> samples)
    {
        var measured = samples.Where(one => one.Sample is not null).ToDictionary(one => one.Column, one => one.Sample!);
        var row = new Row(name, unit, targets, measured);
        _rows.Add(row);
        output.WriteLine($"  {name}, {unit}");
        foreach (var column in Columns.All.Where(measured.ContainsKey))
        {
            output.WriteLine($"    {column,-28} {measured[column]}");
        }

        if (targets.Count > 0)
        {
            output.WriteLine($"    {"target",-28} {string.Join(", ", targets)}: {(row.IsMet ? "met" : "NOT met")}");
        }
    }

    /// <summary>The table with what one must know to read it.</summary>
    public string ToMarkdown()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            {today:yyyy-MM-dd}, {Environment.ProcessorCount} cores, {Processor()}.
            Load average before each group: {string.Join(", ", _loads)}.

            Median [p10–p90], p99 where there are enough; engines interleaved in one run, each with numpy, pandas, matplotlib and sympy
            imported (not bwrap and Pyodide, which start without). CodeAct through its .NET API, in the full sandbox, with automatic
            checkpoints. Ratio: how many times better than Jupyter as the reference drives it. Some 40 ms of Jupyter's time, back to back
            and after 30 ms, are a stall of its WebSocket on loopback (Nagle's algorithm with delayed acknowledgements), which ends
            after a longer pause: the row after 300 ms is without it. Made by `perf/run`.


            """);
        text.AppendLine($"| measurement | target | {string.Join(" | ", Columns.All)} | ratio | met |");
        text.AppendLine(string.Concat(Enumerable.Repeat("| --- ", Columns.All.Count + 4)) + "|");
        foreach (var row in _rows)
        {
            text.AppendLine(row.ToMarkdown());
        }

        return text.ToString();
    }

    private static string Processor() => File.ReadLines("/proc/cpuinfo")
        .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':') + 1)..].Trim())
        .FirstOrDefault("processor unknown");
}
