using System.Collections.Concurrent;
using System.Text;

namespace CodeAct.Data;

/// <summary>How many attempts were kept and dropped, by family and reason.</summary>
public sealed class Counts
{
    private readonly ConcurrentDictionary<(string Family, string Kind, string? Reason), int> _numbers = [];
    private readonly ConcurrentDictionary<string, string> _examples = [];
    private int _repaired;

    /// <summary>Attempts that became trajectories.</summary>
    public int Kept => _numbers.Where(number => number.Key.Reason is null).Sum(number => number.Value);

    /// <summary>Attempts that did not.</summary>
    public int Dropped => _numbers.Where(number => number.Key.Reason is not null).Sum(number => number.Value);

    /// <summary>Of the kept ones, those with a mistake and its repair.</summary>
    public int Repaired => _repaired;

    /// <summary>A table by family, then the reasons with an example of each.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("| family | kept | dropped |\n| --- | ---: | ---: |\n");
        var families = _numbers.GroupBy(number => number.Key.Family);
        foreach (var family in families.OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            var kept = family.Where(number => number.Key.Reason is null).Sum(number => number.Value);
            text.Append($"| {family.Key} | {kept:N0} | {family.Sum(number => number.Value) - kept:N0} |\n");
        }

        text.Append($"| all | {Kept:N0} | {Dropped:N0} |\n\nWith a mistake and its repair: {Repaired:N0}\n");
        var dropped = _numbers.Where(number => number.Key.Reason is not null);
        foreach (var ((family, kind, reason), number) in dropped.OrderByDescending(number => number.Value))
        {
            text.Append($"\ndropped {number:N0} of {family}/{kind}: {reason}\n{_examples[$"{family}/{kind}/{reason}"]}\n");
        }

        return text.ToString();
    }

    internal void Add(DataTask task, string? reason, Attempt attempt)
    {
        _numbers.AddOrUpdate((task.Family, task.Kind, reason), 1, (_, number) => number + 1);
        if (reason is null && attempt.Raised.Any(raised => raised is not null))
        {
            Interlocked.Increment(ref _repaired);
        }
        else if (reason is not null)
        {
            var messages = attempt.Messages.Skip(1).Select(message => $"{message.Role}: {message.Text}");
            var example = string.Join('\n', messages).ReplaceLineEndings("\n    ");
            _examples.TryAdd($"{task.Family}/{task.Kind}/{reason}", $"    {example}");
        }
    }
}
