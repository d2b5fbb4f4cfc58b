using System.Diagnostics;
using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>
/// What idle sessions take, with all of their processes, automatic checkpoints among them: what each has for itself (USS), its share
/// of what they have in common (PSS), and what the machine has less. And what a cell costs when a thousand live.
/// </summary>
internal static class LiveSessions
{
    private const int Most = 1000;
    private const int Active = 50;

    private static readonly int[] _counts = [1, 100, Most];
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10); // with the next checkpoint
    private static readonly TimeSpan _activeFor = TimeSpan.FromSeconds(20);

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        // No pool: workers that nobody has asked for would be counted too.
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions { PoolSize = 0 }, cancellationToken);
        var before = Processes.Descendants(Environment.ProcessId).ToHashSet();
        var available = Processes.Available();
        var sessions = new List<IPythonSession>();
        foreach (var count in _counts)
        {
            while (sessions.Count < count)
            {
                var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
                await Engines.RunAsync(session, "1+1", cancellationToken);
                await Engines.RunAsync(session, "print(1)", cancellationToken);
                sessions.Add(session);
            }

            var kept = await CheckpointedAsync(sessions, engine.Options.ProtectedSessions, cancellationToken);
            var processes = Processes.Descendants(Environment.ProcessId).Where(pid => !before.Contains(pid));
            AddMemory(engines, report, count, [.. processes], available);
            var row = $"{count:#,0} idle session{(count == 1 ? "" : "s")}, with a checkpoint";
            report.Add(row, Units.Count, [], (Columns.CodeAct, new Sample([kept])));
        }

        var times = await UseAsync(sessions[..Active], new Random(1), cancellationToken);
        var name = $"`1+1` every 100 ms in {Active} of {Most:#,0} live sessions";
        report.Add(name, Units.Milliseconds, [], (Columns.CodeAct, new Sample(times)));
    }

    /// <summary>Waits until every session has taken its checkpoint, and given it up when there are too many, or will not.</summary>
    /// <returns>How many have one.</returns>
    private static async Task<int> CheckpointedAsync(List<IPythonSession> sessions, int most, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_look);
        var (with, since) = (0, Stopwatch.GetTimestamp());
        var taken = new HashSet<IPythonSession>();
        while ((taken.Count < sessions.Count || with > most) && Stopwatch.GetElapsedTime(since) < _patience)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            taken.UnionWith(sessions.Where(session => session.Checkpoints.Count > 0));
            var now = sessions.Count(session => session.Checkpoints.Count > 0);
            since = now != with ? Stopwatch.GetTimestamp() : since;
            with = now;
        }

        return with;
    }

    private static void AddMemory(Engines engines, Report report, int count, IReadOnlyList<int> processes, double available)
    {
        var name = $"{count:#,0} idle session{(count == 1 ? "" : "s")}";
        var less = available - Processes.Available();
        Target[] target = count == 1 ? [] : [Target.AtMost(5)];
        int[] kernels = count > 1 ? [] : [.. Processes.Descendants(engines.Server.ProcessId).Where(IsKernel)]; // one is like another
        int[] ipython = count > 1 ? [] : [engines.IPython.ProcessId];
        int[] pyodide = count > 1 || engines.Pyodide is not { } child ? [] : [child.ProcessId];
        foreach (var (kind, measure) in ((string, Func<int, double>)[])[("USS", Processes.Own), ("PSS", Processes.Proportional)])
        {
            report.Add(
                $"{name}, {kind} + page tables each",
                Units.Megabytes,
                target,
                (Columns.CodeAct, new Sample([processes.Sum(measure) / count])),
                (Columns.Jupyter, Of(kernels, measure)),
                (Columns.IPython, Of(ipython, measure)),
                (Columns.Pyodide, Of(pyodide, measure)));
        }

        if (count > 1) // one is less than what else happens on a machine
        {
            var each = new Sample([less / count]);
            report.Add($"{name}, MemAvailable less, each", Units.Megabytes, [], (Columns.CodeAct, each));
        }

        if (count == Most)
        {
            var all = new Sample([less]);
            report.Add($"{name}, MemAvailable less, all together", Units.Megabytes, [Target.AtMost(4096)], (Columns.CodeAct, all));
        }
    }

    private static bool IsKernel(int pid) => Processes.CommandLine(pid).Contains("ipykernel", StringComparison.Ordinal);

    private static Sample? Of(int[] processes, Func<int, double> measure) =>
        processes.Length == 0 ? null : new Sample([.. processes.Select(measure)]);

    /// <summary>
    /// Each runs a cell 50 to 150 ms after the last one: the same time always would meet the automatic checkpoint always, or never.
    /// </summary>
    private static async Task<double[]> UseAsync(List<IPythonSession> sessions, Random random, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var seeds = sessions.Select(session => (Session: session, Random: new Random(random.Next())));
        var times = await Task.WhenAll(seeds.Select(one => Task.Run(() => LoopAsync(one.Session, one.Random), cancellationToken)));
        return [.. times.SelectMany(own => own)];

        async Task<List<double>> LoopAsync(IPythonSession session, Random own)
        {
            var taken = new List<double>();
            while (Stopwatch.GetElapsedTime(began) < _activeFor)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 + own.Next(100)), TimeProvider.System, cancellationToken);
                taken.Add(await Sample.TimeAsync(() => Engines.RunAsync(session, "1+1", cancellationToken)));
            }

            return taken;
        }
    }
}
