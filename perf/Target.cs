using System.Globalization;

namespace CodeAct.Perf;

/// <summary>What a row is to reach, in its unit.</summary>
/// <param name="Value">The bound.</param>
/// <param name="IsMost">At most that; else at least.</param>
/// <param name="Part">Of the sample that has to, 0 to 1; the median unless told.</param>
internal sealed record Target(double Value, bool IsMost, double Part = 0.5)
{
    public static Target AtMost(double value) => new(value, IsMost: true);

    public static Target AtLeast(double value) => new(value, IsMost: false);

    public bool IsMetBy(Sample sample) => IsMost ? sample.At(Part) <= Value : sample.At(Part) >= Value;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Part == 0.5 ? "" : $"p{100 * Part} ")}{(IsMost ? '≤' : '≥')} {Value:#,0.###}");
}
