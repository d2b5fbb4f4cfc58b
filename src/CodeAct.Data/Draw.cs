using System.Globalization;
using System.Runtime.CompilerServices;

namespace CodeAct.Data;

/// <summary>Random material for one task; the same seed, index and split give the same.</summary>
internal sealed class Draw(int seed, Split split, int index)
{
    private const int HeldOutShare = 7;

    private const double MadeUpShare = 0.4;

    private static readonly ConditionalWeakTable<IReadOnlyList<string>, Parts> _parts = [];

    private readonly Random _random = new(Mix(Mix(Mix(seed) ^ (int)split) ^ index));

    public Split Split { get; } = split;

    public bool HeldOutContent => Split == Split.Content;

    public int Int(int least, int most) => _random.Next(least, most + 1);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    /// <summary>A number with at most the given decimals, as a person would write it.</summary>
    public double Number(double least, double most, int decimals) =>
        Math.Round(least + (_random.NextDouble() * (most - least)), decimals);

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public T Pick<T>(IReadOnlyList<T> from, Func<T, double> weight)
    {
        var left = _random.NextDouble() * from.Sum(weight);
        return from.First(item => (left -= weight(item)) < 0 || item!.Equals(from[^1]));
    }

    public T[] Sample<T>(IEnumerable<T> from, int count)
    {
        var items = from.ToArray();
        _random.Shuffle(items);
        return items[..Math.Min(count, items.Length)];
    }

    /// <summary>One word of a list, from the part that this split may use; in training now and then a made-up one.</summary>
    public string Word(IReadOnlyList<string> words) => MadeUp(words) ?? Pick(Allowed(words));

    public string[] Words(IReadOnlyList<string> words, int count) =>
        [.. Sample(Allowed(words), count).Select(word => MadeUp(words) ?? word).Distinct()];

    /// <summary>Every seventh entry of a list is kept from training and is all that the content split sees.</summary>
    public IReadOnlyList<string> Allowed(IReadOnlyList<string> all)
    {
        var parts = _parts.GetValue(all, _ => Cut(all));
        return HeldOutContent ? parts.HeldOut : parts.Train;
    }

    public static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    // Of a few hundred words each becomes a token of its own, and whoever learns with them alone cannot spell another.
    private string? MadeUp(IReadOnlyList<string> like) =>
        Split != Split.Train || like[0].Contains(' ', StringComparison.Ordinal) || !Chance(MadeUpShare) ? null
        : char.IsUpper(like[0][0]) ? Data.Words.Capital(Data.Words.MadeUp(this))
        : Data.Words.MadeUp(this);

    private static Parts Cut(IReadOnlyList<string> all)
    {
        var parts = all.Index().ToLookup(entry => entry.Index % HeldOutShare == HeldOutShare - 2, entry => entry.Item);
        return new Parts([.. parts[false]], [.. parts[true]]);
    }

    // The finalizer of MurmurHash3: neighbouring seeds and indices must not give related sequences.
    private static int Mix(int value)
    {
        var hash = unchecked((uint)value + 0x9E3779B9u);
        hash = unchecked((hash ^ (hash >> 16)) * 0x85EBCA6Bu);
        hash = unchecked((hash ^ (hash >> 13)) * 0xC2B2AE35u);
        return unchecked((int)(hash ^ (hash >> 16)));
    }

    private sealed record Parts(string[] Train, string[] HeldOut);
}
