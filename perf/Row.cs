namespace CodeAct.Perf;

/// <summary>One measurement of every engine that it makes sense for.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">One of <see cref="Units"/>.</param>
/// <param name="Targets">What CodeAct is to reach.</param>
/// <param name="Samples">By column.</param>
internal sealed record Row(string Name, string Unit, IReadOnlyList<Target> Targets, IReadOnlyDictionary<string, Sample> Samples)
{
    public bool IsMet => Targets.All(target => target.IsMetBy(Samples[Columns.CodeAct]));

    /// <summary>How many times better CodeAct is than Jupyter as the reference drives it; null when that was not measured.</summary>
    public double? Ratio => (Samples.GetValueOrDefault(Columns.CodeAct), Samples.GetValueOrDefault(Columns.Jupyter)) switch
    {
        ({ Median: > 0 } ours, { Median: > 0 } reference) =>
            Unit == Units.Rate ? ours.Median / reference.Median : reference.Median / ours.Median,
        _ => null,
    };

    public string ToMarkdown()
    {
        var cells = Columns.All.Select(column => Samples.GetValueOrDefault(column)?.ToString() ?? "");
        var met = Targets.Count == 0 ? "" : IsMet ? "yes" : "**no**";
        return $"| {Name}, {Unit} | {string.Join(", ", Targets)} | {string.Join(" | ", cells)} | "
            + $"{(Ratio is { } ratio ? Sample.Format(ratio) + "×" : "")} | {met} |";
    }
}

/// <summary>What rows are measured in.</summary>
internal static class Units
{
    public const string Milliseconds = "ms";
    public const string Microseconds = "µs";
    public const string Megabytes = "MB";
    public const string Rate = "per second";
    public const string Count = "number";
}
