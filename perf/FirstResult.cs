using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>From nothing to the result of `1+1`.</summary>
internal static class FirstResult
{
    private const int Rounds = 40;
    private const int KernelRounds = 5;

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        var kernels = new List<double>();
        for (var round = 0; round < KernelRounds; round++)
        {
            kernels.Add(await Sample.TimeAsync(async () =>
            {
                await using var kernel = await engines.Server.StartKernelAsync(waitForIdle: false, cancellationToken);
                await kernel.RunAsync("1+1", null, cancellationToken);
            }));
        }

        await using var unpooled = await PythonEngine.StartAsync(new PythonEngineOptions { PoolSize = 0 }, cancellationToken);
        report.Add("first result, forked from the template, ms", 15, await TimeAsync(unpooled, cancellationToken), new Sample(kernels), null);
        report.Add("first result, from the pool, ms", 2, await TimeAsync(engines.Engine, cancellationToken), new Sample(kernels), null);
    }

    private static async Task<Sample> TimeAsync(PythonEngine engine, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, cancellationToken); // the pool fills up again
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
