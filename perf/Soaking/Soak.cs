using System.Diagnostics;
using System.Globalization;
using CodeAct.Python;

namespace CodeAct.Perf.Soaking;

/// <summary>
/// Sessions created, used, interrupted, killed, taken back, forked and ended at random by many clients, in rounds: after each all
/// sessions are ended, and what is left is counted.
/// </summary>
internal static class Soak
{
    private const int Clients = 32;
    private const int Seed = 20_250_101;
    private const int MostShown = 20; // failures

    private static readonly TimeSpan _round = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(1); // long enough for whoever obeys, on a busy machine
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <returns>The exit code: 0, 1 when something was lost or is left behind, 2 for wrong use.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var asked = arguments.Length == 0 ? "10" : string.Join(' ', arguments);
        if (!double.TryParse(asked, CultureInfo.InvariantCulture, out var minutes) || minutes is not (> 0 and <= 10_000))
        {
            await Console.Error.WriteLineAsync($"'{asked}' is no number of minutes above 0. usage: perf/run soak [MINUTES]");
            return 2;
        }

        var options = new PythonEngineOptions { InterruptGrace = _grace };
        await using var engine = await PythonEngine.StartAsync(options, cancellationToken);
        var footprint = Footprint.OfEngine();
        var (counts, looks, began) = (new SoakCounts(), new List<Look>(), Stopwatch.GetTimestamp());
        await output.WriteLineAsync($"{Clients} clients for {minutes} minutes, seed {Seed}; load average {Processes.Load()}");
        while (Left(began, minutes) is var left && left > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
        {
            await RoundAsync(engine, counts, looks.Count, left < _round ? left : _round, cancellationToken);
            var traces = await SettledAsync(footprint, looks.FirstOrDefault());
            looks.Add(new Look(Stopwatch.GetElapsedTime(began).TotalMinutes, traces));
            await output.WriteLineAsync($"{looks[^1]}\n  {counts}");
        }

        return await SumUpAsync(counts, looks, output);
    }

    private static TimeSpan Left(long began, double minutes) => TimeSpan.FromMinutes(minutes) - Stopwatch.GetElapsedTime(began);

    private static async Task RoundAsync(
        PythonEngine engine, SoakCounts counts, int number, TimeSpan length, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(length, TimeProvider.System);
        var seeds = Enumerable.Range(Seed + (number * Clients), Clients);
        var clients = seeds.Select(seed => new SoakClient(engine, counts, seed)).ToList();
        try
        {
            await Task.WhenAll(clients.Select(client =>
                Task.Run(() => client.RunAsync(enough.Token, cancellationToken), CancellationToken.None)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C: the sessions have been ended, and what is left is still counted
        }
    }

    /// <summary>Waits until what ends by and by has ended and the pool is full again, but not for ever.</summary>
    private static async Task<IReadOnlyList<Trace>> SettledAsync(Footprint footprint, Look? first)
    {
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(_pause);
        while (true)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var traces = footprint.Take();
            var isBack = first?.Traces.Zip(traces).All(pair => pair.First.IsMemory || pair.First.Value == pair.Second.Value) ?? false;
            if (isBack || Stopwatch.GetElapsedTime(began) > _settling)
            {
                return traces;
            }
        }
    }

    private static async Task<int> SumUpAsync(SoakCounts counts, List<Look> looks, TextWriter output)
    {
        List<Trend> trends = looks.Count == 0 ? [] : [.. looks[0].Traces.Select((_, index) => Trend.Of(looks, index))];
        foreach (var trend in trends)
        {
            await output.WriteLineAsync($"  {trend}");
        }

        await output.WriteLineAsync($"{counts}");
        foreach (var failure in counts.Failures.Take(MostShown))
        {
            await output.WriteLineAsync($"  {failure}");
        }

        var leaks = trends.Where(trend => trend.IsLeak).Select(trend => $"{trend.Name} {trend.Last - trend.First:+0.##}").ToList();
        var isClean = leaks.Count == 0 && counts.Failures.Count == 0;
        await output.WriteLineAsync(isClean
            ? "Nothing lost, nothing left behind."
            : $"NOT clean: {counts.Failures.Count} failures; left behind: {(leaks.Count == 0 ? "nothing" : string.Join(", ", leaks))}.");
        return isClean ? 0 : 1;
    }
}
