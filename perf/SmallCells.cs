namespace CodeAct.Perf;

/// <summary>What one cell costs: back to back, and after a pause, which is what an agent that waits for its model sees.</summary>
internal static class SmallCells
{
    private const int Series = 5; // cells of one engine before it is another's turn

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(30);

    private static readonly (string Name, string Code, int Rounds, bool Idle, double? Target)[] _cells =
    [
        ("`1+1` back to back, ms", "1+1", 40, false, 0.5),
        ("`1+1` after 30 ms idle, ms", "1+1", 60, true, 1),
        ("print back to back, ms", "print('x')", 40, false, null),
        ("`1/0` after 30 ms idle, ms", "1/0", 60, true, null),
        ("numpy operation back to back, ms", "float(np.arange(1000.0).sum())", 40, false, null),
        ("1 MB of output in one print, ms", "print('x' * (1 << 20))", 20, true, 6),
    ];

    public static async Task MeasureAsync(Engines engines, Report report, Random random, CancellationToken cancellationToken)
    {
        var runs = engines.Runs(cancellationToken);
        await engines.Session.RunAsync(new("import numpy as np"), cancellationToken).LastAsync(cancellationToken);
        foreach (var (name, code, rounds, idle, target) in _cells)
        {
            var times = runs.Select(_ => new List<double>()).ToArray();
            for (var round = 0; round < rounds; round++)
            {
                var order = Enumerable.Range(0, runs.Length).ToArray();
                random.Shuffle(order);
                foreach (var index in order)
                {
                    await (idle ? Task.Delay(_pause, TimeProvider.System, cancellationToken) : runs[index](code));
                    for (var turn = 0; turn < (idle ? 1 : Series); turn++)
                    {
                        times[index].Add(await Sample.TimeAsync(() => runs[index](code)));
                    }
                }
            }

            report.Add(name, target, new Sample(times[0]), new Sample(times[1]), new Sample(times[2]));
        }
    }
}
