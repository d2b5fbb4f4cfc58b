using CodeAct.Data.Tasks;

namespace CodeAct.Data;

/// <summary>All families with their shares; the source of every task.</summary>
internal static class TaskMix
{
    private static readonly Family[] _families =
    [
        CsvTasks.Family, ListTasks.Family, StringTasks.Family, ArithmeticTasks.Family, DateTasks.Family, UnitTasks.Family,
        NumberTasks.Family,
        PlotTasks.Family, ToolTasks.Family, ChatTasks.Family,
    ];

    /// <summary>What the model is told before anything else, in training and ever after.</summary>
    public static string SystemPrompt { get; } = Resource.Text("system.md").Trim();

    /// <summary>The names of the families, in a fixed order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _families.Select(family => family.Name)];

    /// <summary>Whether a family has material of its own for a split.</summary>
    public static bool Has(string family, Split split) => _families.Single(one => one.Name == family).Has(split);

    /// <summary>Makes one task; the same arguments make the same task.</summary>
    /// <param name="split">The part of the material.</param>
    /// <param name="seed">Any number; another seed gives other tasks.</param>
    /// <param name="index">Which task of the seed, from 0.</param>
    /// <param name="family">One of <see cref="Names"/>, or null for one by the shares of the mix.</param>
    public static DataTask Make(Split split, int seed, int index, string? family = null)
    {
        var draw = new Draw(seed, split, index);
        var from = _families.Where(one => family is null || one.Name == family).Where(one => one.Has(split)).ToArray();
        if (from.Length == 0)
        {
            throw new ArgumentException(
                $"There is no family '{family}' with a split {split}; there are {string.Join(", ", Names)}.", nameof(family));
        }

        var chosen = draw.Pick(from, one => one.Weight);
        var (kind, content) = chosen.Make(draw);
        var id = $"{chosen.Name}/{kind.Name}/{split.ToString().ToLowerInvariant()}-{seed}-{index}";
        return new DataTask(id, chosen.Name, kind.Name, split, content.Turns)
        {
            Files = content.Files,
            Setup = content.Setup,
            Detour = draw.Chance(0.22) ? draw.Int(0, int.MaxValue - 1) : null,
        };
    }
}
