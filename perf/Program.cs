// Side by side: the engine through its .NET API, and a Jupyter kernel driven as the reference drives it. See perf/run.
using CodeAct.Perf;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
var wanted = args.ToHashSet(StringComparer.OrdinalIgnoreCase);
var report = new Report(Console.Out);
var machine = $"{DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime):yyyy-MM-dd}, {Environment.ProcessorCount} cores, "
    + $"load average {(await File.ReadAllTextAsync("/proc/loadavg", stop.Token)).Split(' ')[0]} at the start, numpy+pandas+matplotlib+sympy imported.";
await using (var engines = await Engines.StartAsync(stop.Token))
{
    (string Name, Func<Task> Measure)[] measurements =
    [
        ("first", () => FirstResult.MeasureAsync(engines, report, stop.Token)),
        ("cells", () => SmallCells.MeasureAsync(engines, report, new Random(1), stop.Token)),
        ("interrupt", () => Interrupts.MeasureAsync(engines, report, stop.Token)),
        ("tools", () => ToolCalls.MeasureAsync(engines, report, stop.Token)),
        ("checkpoints", () => Checkpoints.MeasureAsync(report, stop.Token)),
        ("lost", () => LostOutput.MeasureAsync(engines, report, stop.Token)),
        ("memory", () => IdleMemory.MeasureAsync(report, stop.Token)),
    ];
    foreach (var (name, measure) in measurements)
    {
        if (wanted.Count == 0 || wanted.Contains(name))
        {
            Console.WriteLine(name);
            await measure();
        }
    }
}

report.Print(machine);
return report.AllMet ? 0 : 1;
