namespace CodeAct.Perf;

/// <summary>All measurements, or those that are asked for.</summary>
internal static class Comparison
{
    private static readonly (string Name, Func<Engines, Report, CancellationToken, Task> Measure)[] _groups =
    [
        ("first", FirstResult.MeasureAsync),
        ("cells", (engines, report, stop) => SmallCells.MeasureAsync(engines, report, new Random(1), stop)),
        ("interrupt", Interrupts.MeasureAsync),
        ("kill", Kills.MeasureAsync),
        ("throughput", Throughput.MeasureAsync),
        ("tools", ToolCalls.MeasureAsync),
        ("overhead", LoopOverhead.MeasureAsync),
        ("checkpoints", (_, report, stop) => Checkpoints.MeasureAsync(report, stop)),
        ("lost", LostOutput.MeasureAsync),
        ("memory", LiveSessions.MeasureAsync),
    ];

    /// <returns>The exit code: 0 when every target was met, 1 when one was not or could not be measured, 2 when a group is unknown.</returns>
    public static async Task<int> RunAsync(string[] wanted, TextWriter output, CancellationToken cancellationToken)
    {
        if (wanted.FirstOrDefault(name => !Array.Exists(_groups, group => group.Name == name)) is { } unknown)
        {
            var known = string.Join(' ', _groups.Select(group => group.Name));
            await Console.Error.WriteLineAsync($"No group is called '{unknown}'; there are: {known} soak");
            return 2;
        }

        if (PipeInterpreter.PyodideFolder is null)
        {
            await output.WriteLineAsync("Pyodide is not here (perf/run says why), so its column stays empty.");
        }

        var (report, failed) = (new Report(output), new List<string>());
        await using (var engines = await Engines.StartAsync(cancellationToken))
        {
            foreach (var (name, measure) in _groups.Where(group => wanted.Length == 0 || wanted.Contains(group.Name)))
            {
                report.Begin(name);
                try
                {
                    await measure(engines, report, cancellationToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    failed.Add(name);
                    await output.WriteLineAsync($"  {name} could not be measured to its end: {failure}");
                }
            }
        }

        await output.WriteLineAsync($"\n{report.ToMarkdown()}");
        if (wanted.Length == 0 && failed.Count == 0)
        {
            await File.WriteAllTextAsync("perf/results.md", report.ToMarkdown(), cancellationToken);
            await File.WriteAllTextAsync("perf/results.svg", Chart.Draw(report.Rows), cancellationToken);
            await output.WriteLineAsync("Written: perf/results.md, perf/results.svg");
        }

        return report.AllMet && failed.Count == 0 ? 0 : 1;
    }
}
