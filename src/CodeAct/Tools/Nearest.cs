namespace CodeAct.Tools;

/// <summary>Which known names somebody may have meant who wrote another one.</summary>
internal static class Nearest
{
    private const int Most = 3;

    /// <summary>The names that are near, the nearest first; none when nothing is.</summary>
    public static IReadOnlyList<string> To(string name, IEnumerable<string> known)
    {
        var wanted = Plain(name);
        return
        [
            .. known
                .Select(other => (Name: other, Distance: Distance(wanted, Plain(other))))
                .Where(other => other.Distance <= 0.4)
                .OrderBy(other => other.Distance)
                .Select(other => other.Name)
                .Take(Most),
        ];
    }

    // Case and the signs between words do not matter.
    private static string Plain(string name) =>
        string.Concat(name.Take(100).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant));

    /// <summary>From 0, the same, to 1, nothing in common.</summary>
    private static double Distance(string one, string other)
    {
        if (one.Length == 0 || other.Length == 0)
        {
            return 1;
        }

        var (shorter, longer) = one.Length <= other.Length ? (one, other) : (other, one);
        if (shorter.Length >= 3 && longer.Contains(shorter, StringComparison.Ordinal))
        {
            return 0.3 * (1 - ((double)shorter.Length / longer.Length));
        }

        return (double)Edits(one, other) / longer.Length;
    }

    /// <summary>Letters to be put in, left out or replaced (Levenshtein).</summary>
    private static int Edits(string one, string other)
    {
        var before = Enumerable.Range(0, other.Length + 1).ToArray();
        foreach (var (row, letter) in one.Index())
        {
            var now = new int[before.Length];
            now[0] = row + 1;
            for (var column = 0; column < other.Length; column++)
            {
                var replaced = before[column] + (letter == other[column] ? 0 : 1);
                now[column + 1] = Math.Min(replaced, 1 + Math.Min(before[column + 1], now[column]));
            }

            before = now;
        }

        return before[^1];
    }
}
