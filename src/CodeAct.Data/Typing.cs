namespace CodeAct.Data;

/// <summary>How people really type: politeness, no capitals, no full stop, now and then a slip. Slots stay as they are.</summary>
internal static class Typing
{
    private static readonly string[] _greetings =
        ["Hi, ", "Hello, ", "Hey, ", "Quick question: ", "Please help: ", "Hi there, ", "I need this: ", "One question: "];

    private static readonly string[] _endings = [" Thanks.", " Thanks!", " Thank you.", " please", " pls", " Please."];

    public static string Vary(Draw draw, string text)
    {
        if (draw.Chance(0.03))
        {
            text = Slip(draw, text);
        }

        var lower = draw.Chance(0.3);
        if (draw.Chance(0.07))
        {
            (text, lower) = (draw.Pick(_greetings) + LowerFirst(text), lower && draw.Chance(0.5));
        }

        if (text[^1] is '.' or '?' && text.Length > 1)
        {
            text = draw.Chance(0.25) ? text[..^1] : draw.Chance(0.04) && text[^2] != '}' ? text + draw.Pick(_endings) : text;
        }

        return lower ? LowerFirst(text) : text;
    }

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
}
