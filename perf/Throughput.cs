using System.Diagnostics;
using System.Globalization;
using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>How much the machine does in a second: whole sessions, and trivial cells of one, several and many sessions.</summary>
internal static class Throughput
{
    private const int Rounds = 5;
    private const int InFlight = 4;
    private const int Sessions = 200; // of a round
    private const int SlowSessions = 8;
    private const int MostKernels = 8;
    private const string Trivial = "1+1";

    private static readonly TimeSpan _round = TimeSpan.FromSeconds(2);

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        await SessionsAsync(engines, report, cancellationToken);
        var alone = await InProcessAsync(cancellationToken);
        var most = new Sample([.. alone.Values.Select(time => Environment.ProcessorCount * 1e6 / time)]);
        report.Add("`run_cell` of `1+1` in process, without any pipe", Units.Microseconds, [], (Columns.IPython, alone));
        report.Add("`1+1`, what that would allow on all cores", Units.Rate, [], (Columns.IPython, most));
        foreach (var (count, target) in ((int, double?)[])[(1, null), (8, null), (64, 12_000)])
        {
            var ours = await CellsAsync(count, () => OpenAsync(engines.Engine, cancellationToken), cancellationToken);
            var ipython = await CellsAsync(count, () => StartIPythonAsync([], cancellationToken), cancellationToken);
            var jupyter = count > MostKernels
                ? null
                : await CellsAsync(count, () => StartKernelAsync(engines.Server, cancellationToken), cancellationToken);
            report.Add(
                $"`1+1` in {count} session{(count == 1 ? "" : "s")}",
                Units.Rate,
                target is { } least ? [Target.AtLeast(least)] : [],
                (Columns.CodeAct, ours),
                (Columns.Jupyter, jupyter),
                (Columns.IPython, ipython));
        }
    }

    private static async Task SessionsAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        var ours = await RateAsync(Rounds, Sessions, () => OpenAsync(engines.Engine, cancellationToken), cancellationToken);
        var jupyter = await RateAsync(1, SlowSessions, () => StartKernelAsync(engines.Server, cancellationToken), cancellationToken);
        var ipython = await RateAsync(1, SlowSessions, () => StartIPythonAsync(Engines.Modules, cancellationToken), cancellationToken);
        report.Add(
            $"sessions started, used once and ended, {InFlight} in flight",
            Units.Rate,
            [Target.AtLeast(100)],
            (Columns.CodeAct, ours),
            (Columns.Jupyter, jupyter),
            (Columns.IPython, ipython));
    }

    private static async Task<Sample> RateAsync(int rounds, int sessions, Func<Task<Running>> start, CancellationToken cancellationToken)
    {
        var rates = new List<double>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken };
        for (var round = 0; round < rounds; round++)
        {
            var took = await Sample.TimeAsync(() => Parallel.ForEachAsync(Enumerable.Range(0, sessions), options, async (_, _) =>
            {
                await using var session = await start();
                await session.RunAsync(Trivial);
            }));
            rates.Add(1000 * sessions / took);
        }

        return new Sample(rates);
    }

    /// <summary>Cells a second of several sessions, each of which runs one after the other.</summary>
    private static async Task<Sample> CellsAsync(int count, Func<Task<Running>> start, CancellationToken cancellationToken)
    {
        var sessions = new List<Running>();
        try
        {
            for (var number = 0; number < count; number++)
            {
                sessions.Add(await start());
                await sessions[^1].RunAsync(Trivial);
            }

            var rates = new List<double>();
            for (var round = 0; round <= Rounds; round++)
            {
                var began = Stopwatch.GetTimestamp();
                var ran = await Task.WhenAll(sessions.Select(session => Task.Run(() => LoopAsync(session, began), cancellationToken)));
                rates.Add(ran.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds);
            }

            return new Sample(rates[1..]); // the first one warms up
        }
        finally
        {
            await Task.WhenAll(sessions.Select(session => session.DisposeAsync().AsTask()));
        }
    }

    private static async Task<int> LoopAsync(Running session, long began)
    {
        var ran = 0;
        for (; Stopwatch.GetElapsedTime(began) < _round; ran++)
        {
            await session.RunAsync(Trivial);
        }

        return ran;
    }

    /// <summary>Microseconds that IPython itself takes for a cell, from inside its process.</summary>
    private static async Task<Sample> InProcessAsync(CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["perf/ipython_child.py", "--time"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new Sample([.. lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture))]);
    }

    private static async Task<Running> OpenAsync(PythonEngine engine, CancellationToken cancellationToken)
    {
        var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        return new Running(code => Engines.RunAsync(session, code, cancellationToken), session);
    }

    /// <remarks>Without modules where many run cells: 64 of them would take 6 GB, and a trivial cell uses none.</remarks>
    private static Task<Running> StartIPythonAsync(IReadOnlyList<string> modules, CancellationToken cancellationToken)
    {
        var child = PipeInterpreter.StartIPython(modules);
        return Task.FromResult(new Running(code => child.RunAsync(code, cancellationToken), child));
    }

    private static async Task<Running> StartKernelAsync(JupyterServer server, CancellationToken cancellationToken)
    {
        var kernel = await server.StartKernelAsync(waitForIdle: false, cancellationToken);
        return new Running(code => kernel.RunAsync(code, null, cancellationToken), kernel);
    }

    /// <summary>A session of whatever kind.</summary>
    private sealed record Running(Func<string, Task<string>> RunAsync, IAsyncDisposable Owned) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Owned.DisposeAsync();
    }
}
