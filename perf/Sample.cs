using System.Diagnostics;
using System.Globalization;

namespace CodeAct.Perf;

/// <summary>Measured values of one thing.</summary>
/// <param name="Values">In the unit of the table's row; at least one.</param>
internal sealed record Sample(IReadOnlyList<double> Values)
{
    private const int EnoughForHundredths = 100;

    private readonly double[] _sorted = [.. Values.Order()];

    public double Median => At(0.5);

    public override string ToString() => Values.Count == 1
        ? Format(Median)
        : $"{Format(Median)} [{Format(At(0.1))}–{Format(At(0.9))}]{Tail()}, n={Values.Count}";

    public static string Format(double value) => value switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>Milliseconds that an action takes.</summary>
    public static async Task<double> TimeAsync(Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>The same, several times.</summary>
    public static async Task<Sample> TakeAsync(int rounds, Func<Task> action)
    {
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            times.Add(await TimeAsync(action));
        }

        return new Sample(times);
    }

    /// <summary>The value that a part of the others, 0 to 1, lies below.</summary>
    public double At(double part) => _sorted[(int)Math.Round(part * (_sorted.Length - 1))];

    private string Tail() => Values.Count switch
    {
        >= EnoughForHundredths => $", p99 {Format(At(0.99))}",
        _ => "",
    };
}
