using System.Globalization;

namespace CodeAct.Perf.Soaking;

/// <summary>What there was after a round.</summary>
/// <param name="Minutes">Since the start.</param>
/// <param name="Traces">Of the engine without sessions.</param>
internal sealed record Look(double Minutes, IReadOnlyList<Trace> Traces)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Minutes:0.0} min: {string.Join(", ", Traces)}");
}

/// <summary>How something went over all rounds.</summary>
/// <param name="Name">What.</param>
/// <param name="First">After the first round.</param>
/// <param name="Last">After the last one.</param>
/// <param name="Slope">A minute, by least squares, without the first quarter: there caches fill and code is compiled.</param>
/// <param name="IsLeak">It rose as it may not: what is counted at all, memory steadily.</param>
internal sealed record Trend(string Name, double First, double Last, double Slope, bool IsLeak)
{
    private const int Enough = 4; // looks that a slope of memory takes
    private const double Rise = 1; // megabyte a minute
    private const double Noise = 4; // megabytes

    public static Trend Of(IReadOnlyList<Look> looks, int index)
    {
        var later = looks.Skip(looks.Count / 4).Select(look => (look.Minutes, look.Traces[index].Value)).ToList();
        var (first, last) = (looks[0].Traces[index], looks[^1].Traces[index].Value);
        var slope = SlopeOf(later);
        var isRising = later.Count >= Enough && slope > Rise && last - later[0].Value > Noise;
        return new Trend(first.Name, first.Value, last, slope, first.IsMemory ? isRising : last > first.Value);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-28} {First,8:0.##} → {Last,8:0.##}, {Slope:+0.000;-0.000;0} a minute after the first quarter{(IsLeak ? "  LEAK" : "")}");

    private static double SlopeOf(IReadOnlyList<(double X, double Y)> points)
    {
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var spread = points.Sum(point => (point.X - x) * (point.X - x));
        return spread == 0 ? 0 : points.Sum(point => (point.X - x) * (point.Y - y)) / spread;
    }
}
