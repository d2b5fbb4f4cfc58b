using System.Collections.Concurrent;
using System.Text;

namespace CodeAct.SystemTests.Adversarial;

/// <summary>What came of one program.</summary>
/// <param name="Category">Its category.</param>
/// <param name="Failures">Why it was not contained; empty when it was.</param>
/// <param name="Soft">How long after the soft limit its cell returned, where it was to return there.</param>
/// <param name="Hard">How long after the hard limit its cell returned, where it was killed.</param>
/// <param name="Memory">By how many bytes it made this process grow at its peak.</param>
internal sealed record Score(string Category, IReadOnlyList<string> Failures, TimeSpan? Soft, TimeSpan? Hard, long Memory);

/// <summary>The table that a run ends with.</summary>
internal sealed class Scoreboard(string mode)
{
    private readonly ConcurrentDictionary<string, Score> _scores = [];

    public int Count => _scores.Count;

    public int Escapes => _scores.Values.Count(score => score.Failures.Count > 0);

    public void Add(string program, Score score) => _scores[program] = score;

    /// <summary>The milliseconds below which a share of the samples lies.</summary>
    public static double Percentile(IEnumerable<double> samples, double share)
    {
        double[] sorted = [.. samples.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    public string Write(IReadOnlyCollection<Latency> latencies)
    {
        var table = new StringBuilder();
        table.AppendLine($"## {mode}: {Count} programs, {Count - Escapes} contained, {Escapes} not");
        table.AppendLine();
        table.AppendLine("| category | programs | contained | not | late at the soft limit, median / max | late at the hard limit, median / max | neighbours' p99 / max | host grew by at most |");
        table.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        IEnumerable<double> Of(string attack) => latencies.Where(latency => latency.Attack == attack).Select(latency => latency.Milliseconds);
        foreach (var category in _scores.Values.GroupBy(score => score.Category).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            double[] cells = [.. Of(category.Key)]; // none when its programs were over before a neighbour's cell was
            var escaped = category.Count(score => score.Failures.Count > 0);
            table.AppendLine(
                $"| {category.Key} | {category.Count()} | {category.Count() - escaped} | {escaped} "
                + $"| {Late(category.Select(score => score.Soft))} | {Late(category.Select(score => score.Hard))} "
                + $"| {(cells.Length == 0 ? "" : $"{Percentile(cells, 0.99):0.0} / {Percentile(cells, 1):0.0} ms")} "
                + $"| {category.Max(score => score.Memory) >> 20} MiB |");
        }

        table.AppendLine();
        table.AppendLine("| neighbours' cells | number | p50 | p99 | max |");
        table.AppendLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var underAttack in (bool[])[false, true])
        {
            double[] samples = [.. latencies.Where(latency => latency.Attack is not null == underAttack).Select(latency => latency.Milliseconds)];
            table.AppendLine(
                $"| {(underAttack ? "under attack" : "in peace")} | {samples.Length} | {Percentile(samples, 0.5):0.00} ms "
                + $"| {Percentile(samples, 0.99):0.00} ms | {Percentile(samples, 1):0.00} ms |");
        }

        foreach (var (program, score) in _scores.Where(score => score.Value.Failures.Count > 0).OrderBy(score => score.Key, StringComparer.Ordinal))
        {
            table.AppendLine().AppendLine($"- `{program}`: {string.Join("; ", score.Failures)}");
        }

        var path = Path.Combine(AppContext.BaseDirectory, $"adversarial-{mode}.md");
        File.WriteAllText(path, table.ToString());
        return table.ToString();
    }

    private static string Late(IEnumerable<TimeSpan?> times)
    {
        double[] known = [.. times.OfType<TimeSpan>().Select(time => time.TotalMilliseconds)];
        return known.Length == 0 ? "" : $"{Percentile(known, 0.5):0} / {known.Max():0} ms";
    }
}
