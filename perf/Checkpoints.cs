using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>What it costs to keep a state, to go back to it, and to have it.</summary>
internal static class Checkpoints
{
    private const int Rounds = 30;
    private const string Numpy = "import numpy as np; data = np.ones(170 << 17)";
    private const string Objects = "data = [float(n) for n in range(170 << 15)]"; // 32 bytes each, with its place in the list
    private const string Files = "import os\nfor n in range(100): open(f'{n}.bin', 'wb').write(os.urandom(1 << 19))";
    private const string Touch = "for n in range(100): open(f'{n}.bin', 'r+b').write(b'changed')";

    public static async Task MeasureAsync(Report report, CancellationToken cancellationToken)
    {
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions(), cancellationToken);
        await MeasureAsync(engine, report, "170 MB in numpy", Numpy, "data[::512] += 1", 5, 10, cancellationToken);
        await MeasureAsync(engine, report, "170 MB of Python floats", Objects, "del data[-1000:]", null, null, cancellationToken);
        await ForkAsync(engine, report, cancellationToken);
        await MeasureAsync(engine, report, "100 files, 50 MB", Files, Touch, 20, 20, cancellationToken);
    }

    /// <summary>Sixteen branches from one state, and what they cost until they write.</summary>
    private static async Task ForkAsync(PythonEngine engine, Report report, CancellationToken cancellationToken)
    {
        const int Branches = 16;
        var (forked, memory) = (new List<double>(), new List<double>());
        for (var round = 0; round < 5; round++)
        {
            var options = new SessionOptions { Checkpoints = new CheckpointOptions { Automatic = false } };
            await using var session = await engine.CreateSessionAsync(options, cancellationToken);
            await Engines.RunAsync(session, "import numpy as np; data = np.ones(64 << 17)", cancellationToken);
            var before = Processes.Available();
            var branches = new List<IPythonSession>();
            forked.Add(await Sample.TimeAsync(async () =>
            {
                var checkpoint = await session.CheckpointAsync(cancellationToken);
                for (var number = 0; number < Branches; number++)
                {
                    branches.Add(await session.ForkAsync(checkpoint, cancellationToken));
                }
            }));
            foreach (var branch in branches)
            {
                await Engines.RunAsync(branch, "float(data.sum())", cancellationToken);
            }

            memory.Add(before - Processes.Available());
            foreach (var branch in branches)
            {
                await branch.DisposeAsync();
            }
        }

        report.Add($"fork of {Branches} branches", Units.Milliseconds, [Target.AtMost(150)], (Columns.CodeAct, new Sample(forked)));
        report.Add(
            $"{Branches} branches that share 64 MB and have read them, more memory",
            Units.Megabytes,
            [Target.AtMost(60)],
            (Columns.CodeAct, new Sample(memory)));
    }

    /// <param name="engine">Makes the session.</param>
    /// <param name="report">Gets the rows.</param>
    /// <param name="name">What the session holds.</param>
    /// <param name="setUp">The cell that makes that.</param>
    /// <param name="change">The cell that is taken back.</param>
    /// <param name="checkpointTarget">In milliseconds.</param>
    /// <param name="rollbackTarget">In milliseconds, with the first result after it.</param>
    /// <param name="cancellationToken">Stops.</param>
    private static async Task MeasureAsync(
        PythonEngine engine,
        Report report,
        string name,
        string setUp,
        string change,
        double? checkpointTarget,
        double? rollbackTarget,
        CancellationToken cancellationToken)
    {
        var options = new SessionOptions { Checkpoints = new CheckpointOptions { Automatic = false, Most = 2 } };
        await using var session = await engine.CreateSessionAsync(options, cancellationToken);
        await Engines.RunAsync(session, setUp, cancellationToken);
        var (taken, cell, back) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            Checkpoint? checkpoint = null;
            taken.Add(await Sample.TimeAsync(async () => checkpoint = await session.CheckpointAsync(cancellationToken)));
            cell.Add(await Sample.TimeAsync(() => Engines.RunAsync(session, "1+1", cancellationToken)));
            await Engines.RunAsync(session, change, cancellationToken);
            back.Add(await Sample.TimeAsync(async () =>
            {
                await session.RollbackAsync(checkpoint!, cancellationToken);
                await Engines.RunAsync(session, "1+1", cancellationToken);
            }));
        }

        Add($"checkpoint, {name}", checkpointTarget, taken);
        Add($"first `1+1` after it, {name}", null, cell);
        Add($"rollback to first result, {name}", rollbackTarget, back);

        void Add(string row, double? most, IReadOnlyList<double> times) =>
            report.Add(row, Units.Milliseconds, most is { } target ? [Target.AtMost(target)] : [], (Columns.CodeAct, new Sample(times)));
    }
}
