using System.Text.RegularExpressions;

namespace CodeAct.Data;

/// <summary>How people really type: other words, politeness, no capitals, no full stop, a slip. Slots stay as they are.</summary>
internal static partial class Typing
{
    private static readonly string[] _before = Resource.Lines("Words/before.txt");

    private static readonly string[] _after = Resource.Lines("Words/after.txt");

    private static readonly Synonyms[] _synonyms = [.. Resource.Lines("Words/synonyms.txt").Select(Synonyms.Parse)];

    public static string Vary(Draw draw, string text)
    {
        // What is held out by its wording is asked as it was written.
        if (draw.Split != Split.Wording)
        {
            text = Reword(draw, text);
        }

        if (draw.Chance(0.03))
        {
            text = Slip(draw, text);
        }

        var lower = draw.Chance(0.3);
        if (draw.Chance(0.15))
        {
            (text, lower) = ($"{draw.Pick(_before)} {(draw.Chance(0.7) ? LowerFirst(text) : text)}", lower && draw.Chance(0.5));
        }

        if (text[^1] is '.' or '?' && text.Length > 1)
        {
            text = draw.Chance(0.25) ? text[..^1] : draw.Chance(0.12) && text[^2] != '}' ? $"{text} {draw.Pick(_after)}" : text;
        }

        return lower ? LowerFirst(text) : text;
    }

    // Other words for the same, now and then; a telegram has no articles.
    private static string Reword(Draw draw, string text)
    {
        foreach (var synonyms in _synonyms)
        {
            var before = text;
            text = synonyms.Pattern.Replace(text, found =>
                IsSlot(before, found) || !draw.Chance(0.2) ? found.Value : Like(found.Value, draw.Pick(synonyms.Others)));
        }

        return draw.Chance(0.06) ? Article().Replace(text, "") : text;
    }

    private static bool IsSlot(string text, Match found) => found.Index > 0 && text[found.Index - 1] == '{';

    private static string Like(string pattern, string word) => char.IsUpper(pattern[0]) ? Words.Capital(word) : word;

    private static string LowerFirst(string text) =>
        text.Length > 1 && char.IsUpper(text[0]) && !char.IsUpper(text[1]) && text[1] != '\''
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;

    // Two neighbouring letters of one longer word change places, or one is lost.
    private static string Slip(Draw draw, string text)
    {
        var words = text.Split(' ');
        var candidates = Enumerable.Range(0, words.Length)
            .Where(at => words[at].Length >= 5 && words[at].All(char.IsAsciiLetter)).ToArray();
        if (candidates.Length == 0)
        {
            return text;
        }

        var at = draw.Pick(candidates);
        var (word, letter) = (words[at], draw.Int(1, words[at].Length - 3));
        words[at] = draw.Chance(0.5)
            ? word[..letter] + word[letter + 1] + word[letter] + word[(letter + 2)..]
            : word[..letter] + word[(letter + 1)..];
        return string.Join(' ', words);
    }

    [GeneratedRegex(@"\b(?:the|a|an) ", RegexOptions.NonBacktracking)]
    private static partial Regex Article();

    // "find: compute|get": the words and what may stand in their place.
    private sealed record Synonyms(Regex Pattern, string[] Others)
    {
        public static Synonyms Parse(string line)
        {
            var (words, others) = (line.Split(": ")[0], line.Split(": ")[1].Split('|'));
            return new Synonyms(new Regex($@"\b{Regex.Escape(words)}\b", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking), others);
        }
    }
}
