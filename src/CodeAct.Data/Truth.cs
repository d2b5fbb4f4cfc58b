using System.Globalization;
using System.Text.RegularExpressions;

namespace CodeAct.Data;

/// <summary>What a right answer says. The same check filters the training data and scores the model.</summary>
internal abstract partial record Truth
{
    private protected Truth()
    {
    }

    /// <summary>Whether an answer says what is true.</summary>
    /// <param name="answer">The final answer as the user reads it.</param>
    /// <param name="files">Files that the cells left in the workspace.</param>
    public abstract bool IsIn(string answer, IReadOnlyCollection<string> files);

    private protected static IEnumerable<double> NumbersIn(string text) =>
        Number().Matches(text.Replace(",", "", StringComparison.Ordinal))
            .Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))
            .Concat(Number().Matches(text).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture)));

    // Answers are rounded to two decimals.
    private protected static bool Same(double said, double truth) =>
        Math.Abs(said - truth) <= 0.0051 + (1e-9 * Math.Abs(truth));

    [GeneratedRegex(@"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}

/// <summary>Every one of these numbers stands in the answer.</summary>
internal sealed record NumbersTruth(IReadOnlyList<double> Values) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files)
    {
        var said = NumbersIn(answer).ToArray();
        return Values.All(value => said.Any(number => Same(number, value)));
    }
}

/// <summary>Every one of these numbers stands in the answer, in this order.</summary>
internal sealed record SequenceTruth(IReadOnlyList<double> Values) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files)
    {
        var at = 0;
        foreach (var number in NumbersIn(answer.Replace(',', ' ')))
        {
            at += at < Values.Count && Same(number, Values[at]) ? 1 : 0;
        }

        return at == Values.Count;
    }
}

/// <summary>Every one of these texts stands in the answer; capitals do not matter unless told.</summary>
internal sealed record TextsTruth(IReadOnlyList<string> Values, bool IgnoreCase = true) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files) =>
        Values.All(value => answer.Contains(value, IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
}

/// <summary>Every name stands in the answer, followed by its own number before the next name.</summary>
internal sealed record PairsTruth(IReadOnlyList<KeyValuePair<string, double>> Values) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files) =>
        Values.All(pair => Occurrences(answer, pair.Key).Any(at => Same(After(answer, at + pair.Key.Length), pair.Value)));

    // The first number in what is left of the line.
    private static double After(string text, int at) => NumbersIn(text[at..].Split('\n')[0]).FirstOrDefault(double.NaN);

    private static IEnumerable<int> Occurrences(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0;
            at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            yield return at;
        }
    }
}

/// <summary>The answer begins with yes or no.</summary>
internal sealed record VerdictTruth(bool Yes) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files) =>
        answer.StartsWith(Yes ? "yes" : "no", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The file was made and the answer names it.</summary>
internal sealed record FileTruth(string Name) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files) =>
        files.Contains(Name) && answer.Contains(Name, StringComparison.Ordinal);
}

/// <summary>The answer is one of these kinds of sentence, known by a part of it.</summary>
internal sealed record SaysTruth(string Part) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files) =>
        answer.Contains(Part, StringComparison.OrdinalIgnoreCase);
}

/// <summary>All of several truths.</summary>
internal sealed record AllTruth(IReadOnlyList<Truth> Parts) : Truth
{
    /// <inheritdoc/>
    public override bool IsIn(string answer, IReadOnlyCollection<string> files) => Parts.All(part => part.IsIn(answer, files));
}
