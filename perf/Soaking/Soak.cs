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
    private const double Rise = 1; // megabyte a minute, beyond which it is a leak
    private const int Enough = 4; // looks that a slope takes
    private const double Noise = 4; // megabytes, below which a rise is none

    private static readonly TimeSpan _round = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(1); // long enough for whoever obeys, on a busy machine
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(10);

    /// <returns>The exit code: 0, 1 when something was lost or is left behind, 2 for wrong use.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        var minutes = 10.0;
        if (arguments.Length > 1
            || (arguments.Length == 1 && !(double.TryParse(arguments[0], CultureInfo.InvariantCulture, out minutes) && minutes is > 0 and <= 10_000)))
        {
            await Console.Error.WriteLineAsync($"'{string.Join(' ', arguments)}' is no number of minutes. usage: perf/run soak [MINUTES]");
            return 2;
        }

        var options = new PythonEngineOptions { InterruptGrace = _grace };
        await using var engine = await PythonEngine.StartAsync(options, cancellationToken);
        var footprint = Footprint.OfEngine();
        var (counts, taken, began) = (new SoakCounts(), new List<Look>(), Stopwatch.GetTimestamp());
        await output.WriteLineAsync($"{Clients} clients for {minutes} minutes, seed {Seed}; load average {(await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Split(' ')[0]}");
        for (var number = 0; Stopwatch.GetElapsedTime(began).TotalMinutes < minutes && !cancellationToken.IsCancellationRequested; number++)
        {
            var left = TimeSpan.FromMinutes(minutes) - Stopwatch.GetElapsedTime(began);
            await RoundAsync(engine, counts, number, left < _round ? left : _round, cancellationToken);
            taken.Add(new Look(Stopwatch.GetElapsedTime(began).TotalMinutes, await SettledAsync(footprint, taken.FirstOrDefault())));
            await output.WriteLineAsync($"{taken[^1].Minutes:0.0} min: {string.Join(", ", taken[^1].Values.Select(one => $"{one.Name} {one.Value:0.#}"))}\n  {counts}");
        }

        return await SumUpAsync(counts, taken, output);
    }

    private static async Task RoundAsync(PythonEngine engine, SoakCounts counts, int number, TimeSpan length, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(length, TimeProvider.System);
        var clients = Enumerable.Range(0, Clients).Select(client => new SoakClient(engine, counts, Seed + (number * Clients) + client));
        try
        {
            await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(enough.Token, cancellationToken), CancellationToken.None)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C: the sessions have been ended, and what is left is still counted
        }
    }

    /// <summary>Waits until what ends by and by has ended and the pool is full again, but not for ever.</summary>
    private static async Task<IReadOnlyList<(string Name, double Value, bool IsMemory)>> SettledAsync(Footprint footprint, Look? first)
    {
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (true)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var values = footprint.Take();
            var isBack = first is not null && values.Zip(first.Values).All(pair => pair.First.IsMemory || pair.First.Value == pair.Second.Value);
            if (isBack || Stopwatch.GetElapsedTime(began) > _settling)
            {
                return values;
            }
        }
    }

    private static async Task<int> SumUpAsync(SoakCounts counts, List<Look> taken, TextWriter output)
    {
        var leaks = new List<string>();
        var later = taken.Skip(taken.Count / 4).ToList(); // in the first quarter caches fill and code is compiled
        foreach (var (index, (name, first, isMemory)) in (taken.Count == 0 ? [] : taken[0].Values).Index())
        {
            var (last, slope) = (taken[^1].Values[index].Value, Slope([.. later.Select(look => (look.Minutes, look.Values[index].Value))]));
            var grown = last - later[0].Values[index].Value;
            var isLeak = isMemory ? later.Count >= Enough && slope > Rise && grown > Noise : last > first;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  {name,-28} {first,8:0.##} → {last,8:0.##}, {slope:+0.000;-0.000;0} a minute after the first quarter{(isLeak ? "  LEAK" : "")}"));
            if (isLeak)
            {
                leaks.Add($"{name} {last - first:+0.##}");
            }
        }

        await output.WriteLineAsync($"{counts}");
        foreach (var failure in counts.Failures.Take(20))
        {
            await output.WriteLineAsync($"  {failure}");
        }

        var isClean = leaks.Count == 0 && counts.Failures.Count == 0;
        await output.WriteLineAsync(isClean ? "Nothing lost, nothing left behind." : $"NOT clean: {counts.Failures.Count} failures; left behind: {string.Join(", ", leaks)}.");
        return isClean ? 0 : 1;
    }

    /// <summary>Least squares; 0 for a single point.</summary>
    private static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var spread = points.Sum(point => (point.X - x) * (point.X - x));
        return spread == 0 ? 0 : points.Sum(point => (point.X - x) * (point.Y - y)) / spread;
    }

    /// <summary>What there was at a time.</summary>
    private sealed record Look(double Minutes, IReadOnlyList<(string Name, double Value, bool IsMemory)> Values);
}
