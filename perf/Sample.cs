using System.Diagnostics;

namespace CodeAct.Perf;

/// <summary>Measured values of one thing.</summary>
/// <param name="Values">In the unit of the table's row; at least one.</param>
internal sealed record Sample(IReadOnlyList<double> Values)
{
    public double Median => At(0.5);

    public override string ToString() => $"{Format(Median)} [{Format(At(0.1))}–{Format(At(0.9))}], n={Values.Count}";

    public static string Format(double value) => value switch
    {
        >= 100 => $"{value:0}",
        >= 10 => $"{value:0.0}",
        _ => $"{value:0.00}",
    };

    /// <summary>Milliseconds that an action takes.</summary>
    public static async Task<double> TimeAsync(Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private double At(double part) => Values.Order().ElementAt((int)Math.Round(part * (Values.Count - 1)));
}
