using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>From nothing to the result of `1+1`.</summary>
internal static class FirstResult
{
    private const int Rounds = 100;
    private const int SlowRounds = 5; // of what takes a second

    private static readonly TimeSpan _refill = TimeSpan.FromMilliseconds(100); // of the pool

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        await ColdAsync(report, cancellationToken);
        var kernels = await Sample.TakeAsync(SlowRounds, async () =>
        {
            await using var kernel = await engines.Server.StartKernelAsync(waitForIdle: false, cancellationToken);
            await kernel.RunAsync("1+1", null, cancellationToken);
        });
        await using var unpooled = await PythonEngine.StartAsync(new PythonEngineOptions { PoolSize = 0 }, cancellationToken);
        var forked = await TimeAsync(unpooled, cancellationToken);
        var pooled = await TimeAsync(engines.Engine, cancellationToken);
        report.Add(
            "first result, engine running, no pool",
            Units.Milliseconds,
            [Target.AtMost(15)],
            (Columns.CodeAct, forked),
            (Columns.Jupyter, kernels));
        report.Add(
            "first result, from the pool",
            Units.Milliseconds,
            [Target.AtMost(2), Target.AtMost(10) with { Part = 0.9 }],
            (Columns.CodeAct, pooled),
            (Columns.Jupyter, kernels));
        report.Add(
            "a cell in a fresh interpreter, as `--stateless` runs each",
            Units.Milliseconds,
            [],
            (Columns.CodeAct, await FreshAsync(engines.Engine, cancellationToken)));
    }

    private static async Task<Sample> FreshAsync(PythonEngine engine, CancellationToken cancellationToken)
    {
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        return await Sample.TakeAsync(Rounds, async () =>
        {
            await session.RestartAsync(cancellationToken);
            await Engines.RunAsync(session, "1+1", cancellationToken);
        });
    }

    /// <summary>With everything that has to be started; imports are part of it where there are any.</summary>
    private static async Task ColdAsync(Report report, CancellationToken cancellationToken)
    {
        var ours = await Sample.TakeAsync(SlowRounds, async () =>
        {
            await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions(), cancellationToken);
            await using var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
            await Engines.RunAsync(session, "1+1", cancellationToken);
        });
        var jupyter = await Sample.TakeAsync(SlowRounds, async () =>
        {
            await using var server = await JupyterServer.StartAsync(cancellationToken);
            var kernel = await server.StartKernelAsync(waitForIdle: false, cancellationToken);
            await kernel.RunAsync("import numpy, pandas, matplotlib.pyplot, sympy; 1+1", null, cancellationToken);
        });
        var ipython = await Sample.TakeAsync(SlowRounds, async () =>
        {
            await using var child = PipeInterpreter.StartIPython(Engines.Modules);
            await child.RunAsync("1+1", cancellationToken);
        });
        var bubblewrap = await Sample.TakeAsync(2 * SlowRounds, () => BubblewrapPython.RunAsync("1+1", cancellationToken));
        var pyodide = PipeInterpreter.PyodideFolder is null ? null : await Sample.TakeAsync(SlowRounds, async () =>
        {
            await using var child = PipeInterpreter.StartPyodide()!;
            await child.RunAsync("1+1", cancellationToken);
        });
        report.Add(
            "first result, nothing running",
            Units.Milliseconds,
            [],
            (Columns.CodeAct, ours),
            (Columns.Jupyter, jupyter),
            (Columns.IPython, ipython),
            (Columns.Bubblewrap, bubblewrap),
            (Columns.Pyodide, pyodide));
    }

    private static async Task<Sample> TimeAsync(PythonEngine engine, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Delay(_refill, TimeProvider.System, cancellationToken);
            IPythonSession? session = null;
            times.Add(await Sample.TimeAsync(async () =>
            {
                session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
                await Engines.RunAsync(session, "1+1", cancellationToken);
            }));
            await session!.DisposeAsync();
        }

        return new Sample(times);
    }
}
