using System.Globalization;
using System.Text;

namespace CodeAct.Perf;

/// <summary>The table: one row a measurement, one column an engine.</summary>
internal sealed class Report(TextWriter output)
{
    private readonly StringBuilder _rows = new();

    /// <summary>Whether every target was met.</summary>
    public bool AllMet { get; private set; } = true;

    /// <param name="name">What was measured, with its unit.</param>
    /// <param name="target">At most this, in the same unit.</param>
    /// <param name="ours">Through the .NET API.</param>
    /// <param name="reference">A Jupyter kernel, as the reference drives it.</param>
    /// <param name="corrected">The same with its wait rule corrected.</param>
    public void Add(string name, double? target, Sample ours, Sample? reference, Sample? corrected)
    {
        var met = target is not { } most || ours.Median <= most;
        AllMet &= met;
        var row = string.Join(
            " | ",
            name,
            target is { } wanted ? $"≤ {wanted.ToString(CultureInfo.InvariantCulture)}" : "",
            ours,
            reference?.ToString() ?? "",
            corrected?.ToString() ?? "",
            reference is null || ours.Median == 0 ? "" : $"{Sample.Format(reference.Median / ours.Median)}×",
            target is null ? "" : met ? "yes" : "**no**");
        _rows.AppendLine($"| {row} |");
        output.WriteLine($"  {name}: {ours}");
    }

    public void Print(string machine)
    {
        output.WriteLine($"""

            {machine}
            Median [p10–p90]; interleaved in one run; ratio = Jupyter as the reference drives it / CodeAct.

            | measurement | target | CodeAct | Jupyter as the reference | Jupyter, reply and idle | ratio | met |
            | --- | --- | --- | --- | --- | --- | --- |
            {_rows}
            """);
    }
}
