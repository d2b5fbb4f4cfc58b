using System.Diagnostics;
using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>A busy cell that no interrupt reaches: from its hard limit to its end, and to the next cell's result.</summary>
/// <remarks>
/// CodeAct goes on from the state before the cell. The others have lost everything: a kernel is deleted and another started, and so
/// is an IPython, with its imports.
/// </remarks>
internal static class Kills
{
    private const int Rounds = 20;
    private const int SlowRounds = 5;
    private const string Busy = "sum(range(10 ** 12))"; // one call into C, which no interrupt reaches

    private static readonly TimeSpan _soft = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _grace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _idle = TimeSpan.FromMilliseconds(300); // a checkpoint is taken meanwhile

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions { InterruptGrace = _grace }, cancellationToken);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        await Engines.RunAsync(session, "kept = 41", cancellationToken);
        var (ended, next) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Delay(_idle, TimeProvider.System, cancellationToken);
            var began = Stopwatch.GetTimestamp();
            var busy = new Cell(Busy) { Timeout = _soft };
            var end = (CellEnded)await session.RunAsync(busy, cancellationToken).LastAsync(cancellationToken);
            ended.Add((Stopwatch.GetElapsedTime(began) - _soft - _grace).TotalMilliseconds);
            var text = await Engines.RunAsync(session, "kept + 1", cancellationToken);
            next.Add((Stopwatch.GetElapsedTime(began) - _soft - _grace).TotalMilliseconds);
            if (end.Status != CellStatus.Died || text != "42")
            {
                throw new InvalidOperationException(
                    $"The busy cell ended as {end.Status}, and the next one showed '{text}' in place of 42.");
            }
        }

        var jupyter = await Sample.TakeAsync(SlowRounds, async () =>
        {
            await using var kernel = await engines.Server.StartKernelAsync(waitForIdle: false, cancellationToken);
            await kernel.RunAsync("1+1", null, cancellationToken);
        });
        var ipython = await Sample.TakeAsync(SlowRounds, async () =>
        {
            await using var child = PipeInterpreter.StartIPython(Engines.Modules);
            await child.RunAsync("1+1", cancellationToken);
        });
        report.Add(
            "hard limit to the end of the killed cell",
            Units.Milliseconds,
            [Target.AtMost(200)],
            (Columns.CodeAct, new Sample(ended)));
        report.Add(
            "hard limit to the next cell's result",
            Units.Milliseconds,
            [],
            (Columns.CodeAct, new Sample(next)),
            (Columns.Jupyter, jupyter),
            (Columns.IPython, ipython));
    }
}
