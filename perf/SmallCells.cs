namespace CodeAct.Perf;

/// <summary>What one cell costs: back to back, and after a pause, which is what an agent that waits for its model sees.</summary>
internal static class SmallCells
{
    private const int Series = 5; // cells of one engine before it is another's turn
    private const int Launches = 15; // of bwrap

    private static readonly TimeSpan _none = TimeSpan.Zero;
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan _long = TimeSpan.FromMilliseconds(300); // an automatic checkpoint has been taken meanwhile

    private static readonly SmallCell[] _cells =
    [
        new("`1+1` back to back", "1+1", 40, _none, 0.5),
        new("`1+1` after 30 ms idle", "1+1", 60, _short, 1),
        new("`1+1` after 300 ms idle", "1+1", 30, _long, null),
        new("print back to back", "print('x')", 40, _none, null),
        new("`1/0` after 30 ms idle", "1/0", 60, _short, null),
        new("numpy operation back to back", "float(np.arange(1000.0).sum())", 40, _none, null, NeedsNumpy: true),
        new("1 MB of output in one print", "print('x' * (1 << 20))", 20, _short, 6),
    ];

    public static async Task MeasureAsync(Engines engines, Report report, Random random, CancellationToken cancellationToken)
    {
        var bubblewrap = await Sample.TakeAsync(Launches, () => BubblewrapPython.RunAsync("1+1", cancellationToken));
        foreach (var cell in _cells)
        {
            var runs = engines.Runs(cancellationToken).Where(one => !cell.NeedsNumpy || one.Column != Columns.Pyodide).ToArray();
            var times = runs.ToDictionary(one => one.Column, _ => new List<double>());
            for (var round = 0; round < cell.Rounds; round++)
            {
                random.Shuffle(runs);
                foreach (var (column, run) in runs)
                {
                    await run(cell.Code); // the pause is the engine's own, not that of its turn
                    if (cell.Pause > _none)
                    {
                        await Task.Delay(cell.Pause, TimeProvider.System, cancellationToken);
                    }

                    for (var turn = 0; turn < (cell.Pause > _none ? 1 : Series); turn++)
                    {
                        times[column].Add(await Sample.TimeAsync(() => run(cell.Code)));
                    }
                }
            }

            List<(string, Sample?)> samples = [.. times.Select(one => (one.Key, new Sample(one.Value)))];
            if (cell.Code == "1+1" && cell.Pause == _none)
            {
                samples.Add((Columns.Bubblewrap, bubblewrap));
            }

            report.Add(cell.Name, Units.Milliseconds, cell.Most is { } most ? [Target.AtMost(most)] : [], samples);
        }
    }

    /// <param name="Name">Of the row.</param>
    /// <param name="Code">Python.</param>
    /// <param name="Rounds">How often each engine runs it, or a series of it.</param>
    /// <param name="Pause">Before each; none for a series.</param>
    /// <param name="Most">The target in milliseconds.</param>
    /// <param name="NeedsNumpy">Pyodide would fetch that from the network.</param>
    private sealed record SmallCell(string Name, string Code, int Rounds, TimeSpan Pause, double? Most, bool NeedsNumpy = false);
}
