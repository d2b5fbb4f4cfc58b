using System.Collections.Concurrent;
using System.Text;

namespace CodeAct.Data;

/// <summary>Sentences with slots in braces and choices in brackets: <c>[Find|Give me] the sum of {list}</c>.</summary>
/// <param name="Train">Used in training.</param>
/// <param name="HeldOut">Kept for evaluation.</param>
internal sealed record Wordings(IReadOnlyList<string> Train, IReadOnlyList<string> HeldOut)
{
    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, Wordings>> _files = new();

    /// <summary>The wordings under the heading <c># NAME</c> of the file <c>Wordings/FAMILY.txt</c>.</summary>
    public static Wordings Of(string family, string name) => _files.GetOrAdd(family, Read)[name];

    /// <summary>One sentence a line; those below a line <c>---</c> are held out.</summary>
    public static Wordings Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var cut = Array.IndexOf(lines, "---");
        return cut < 0 ? new Wordings(lines, []) : new Wordings(lines[..cut], lines[(cut + 1)..]);
    }

    /// <summary>Puts every phrase into every frame's <c>{what}</c>; held out is what has a held-out part.</summary>
    public static Wordings Combine(Wordings frames, Wordings phrases)
    {
        static string[] Cross(IReadOnlyList<string> frames, IReadOnlyList<string> phrases) =>
            [.. from frame in frames from phrase in phrases select frame.Replace("{what}", phrase, StringComparison.Ordinal)];
        return new Wordings(Cross(frames.Train, phrases.Train), Cross(frames.HeldOut, [.. phrases.HeldOut, .. phrases.Train]));
    }

    public Wordings And(Wordings more) => new([.. Train, .. more.Train], [.. HeldOut, .. more.HeldOut]);

    /// <summary>A sentence in the user's hand: wording, typing habits, then the slots filled.</summary>
    public string Say(Draw draw, Slots slots)
    {
        var from = draw.Split == Split.Wording ? HeldOut : Train;
        return slots.Fill(Typing.Vary(draw, Choose(draw, draw.Pick(from))));
    }

    private static Dictionary<string, Wordings> Read(string family) =>
        Resource.Text($"Wordings/{family}.txt").Split("# ", StringSplitOptions.RemoveEmptyEntries)
            .Select(section => section.Split('\n', 2))
            .ToDictionary(section => section[0].Trim(), section => Parse(section[1]));

    private static string Choose(Draw draw, string template)
    {
        var text = new StringBuilder();
        for (var at = 0; at < template.Length; at++)
        {
            if (template[at] != '[')
            {
                text.Append(template[at]);
                continue;
            }

            var end = template.IndexOf(']', at);
            text.Append(draw.Pick(template[(at + 1)..end].Split('|')));
            at = end;
        }

        return text.Replace("  ", " ").ToString().Trim();
    }
}

/// <summary>What goes into the slots of a wording.</summary>
internal sealed class Slots : Dictionary<string, string>
{
    public string Fill(string template)
    {
        foreach (var (name, value) in this)
        {
            template = template.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        return template;
    }
}
