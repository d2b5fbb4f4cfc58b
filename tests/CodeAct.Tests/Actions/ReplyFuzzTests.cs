using System.Diagnostics;
using CodeAct.Actions;

namespace CodeAct.Tests.Actions;

/// <summary>Replies that no model writes: whatever they are, they are read, the same way in any pieces, in linear time.</summary>
public sealed class ReplyFuzzTests
{
    private const int Seed = 4;

    private static readonly string[] _fragments =
    [
        "<execute>", "</execute>", "<execute", "</exec", "<action>", "</action>", "<solution>", "</solution>", "<thought>", "</thought>",
        "<think>", "</think>", "<code>", "</code>", "&lt;execute&gt;", "&lt;/action&gt;", "Action:", "End Action", "Answer:", "Thought:",
        "Observation:", "**Action:**", "```", "```python", "```json", "~~~", "`", "> ", "    ", "\n", "\r\n", " ", ",", ":", "{", "}", "[", "]",
        "(", ")", "\"", "'", "\"\"\"", "'''", "\\", "#", "//", "/*", "*/", "{\"tool\": ", "\"args\"", "\"name\": \"weather\"", "weather", "note",
        "add", "true", "None", "-1e999", "1", "1_", "0x1", "1_0", "\\u12", "“", "”", "„", "\0", "\ud83c", "\u200b", "é", "print(1)", "<|im_end|>", "execute_code",
    ];

    public static TheoryData<string> Syntaxes => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void Any_mixture_of_marks_is_read_the_same_way_in_any_pieces(string syntax)
    {
        var random = new Random(Seed);
        for (var round = 0; round < 4000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => _fragments[random.Next(_fragments.Length)]));
            AssertSame(syntax, text, random);
        }
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void A_known_reply_with_a_few_characters_changed_is_read_the_same_way_in_any_pieces(string syntax)
    {
        var random = new Random(Seed);
        foreach (var one in Corpus.Read(syntax).Where(one => one.Text.Length > 0))
        {
            for (var round = 0; round < 20; round++)
            {
                var text = one.Text;
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    var at = random.Next(text.Length);
                    var length = random.Next(Math.Min(5, text.Length - at) + 1);
                    text = text[..at] + (random.Next(2) == 0 ? _fragments[random.Next(_fragments.Length)] : "") + text[(at + length)..];
                    text = text.Length > 0 ? text : "x";
                }

                AssertSame(syntax, text, random);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void Twice_the_text_takes_about_twice_the_time_whatever_is_repeated_in_it(string syntax)
    {
        string[] openings = syntax switch
        {
            "code" => ["", "<execute>\n", "```python\n", "<think>\n"],
            "json" => ["", "<action>\n", "```json\n", "<action>{\"tool\": \"note\", \"args\": ["],
            "text" => ["", "<action>\n"],
            "mint" => ["", "<execute>\n"],
            _ => ["", "Action:\n"],
        };
        foreach (var opening in openings)
        {
            foreach (var fragment in _fragments.Append("<execute \"").Append("```\n").Append("\n{").Append("\n{}").Append(", \"").Append("[{"))
            {
                Assert.True(IsLinear(syntax, opening, fragment), $"'{opening}' and then '{fragment}' many times");
            }
        }
    }

    // A quadratic reading of so much text takes seconds; what is over in a blink needs no second look.
    private static bool IsLinear(string syntax, string opening, string fragment)
    {
        var half = opening + string.Concat(Enumerable.Repeat(fragment, 20_000 / fragment.Length));
        var whole = half + half[opening.Length..];
        var times = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            var time = Seconds(syntax, whole);
            times.Add(time / Math.Max(Seconds(syntax, half), 1e-6));
            if (time is < 0.1 or > 1)
            {
                return time < 0.1 || times[^1] < 3; // so long that noise does not matter
            }
        }

        return times.Order().ElementAt(times.Count / 2) < 3;
    }

    private static double Seconds(string syntax, string text)
    {
        var began = Stopwatch.GetTimestamp();
        var reader = new ReplyReader(Corpus.Syntax(syntax));
        foreach (var piece in text.Chunk(5))
        {
            if (reader.Feed(new string(piece)))
            {
                break;
            }

            reader.TakeThought();
        }

        _ = Corpus.Meaning(reader.Complete(ReplyFinish.Stopped));
        _ = reader.Turn;
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void AssertSame(string syntax, string text, Random random)
    {
        var finish = random.Next(4) == 0 ? ReplyFinish.TokenLimit : ReplyFinish.Stopped;
        var whole = Read([text]);
        var pieces = new List<string>();
        for (var at = 0; at < text.Length; at += pieces[^1].Length)
        {
            pieces.Add(text.Substring(at, Math.Min(random.Next(1, 12), text.Length - at)));
        }

        Assert.Equal((text, whole), (text, Read(pieces)));

        (string, string) Read(IEnumerable<string> parts)
        {
            var (reply, turn) = Replies.Read(Corpus.Syntax(syntax), parts, finish);
            return (Corpus.Meaning(reply), turn);
        }
    }
}
