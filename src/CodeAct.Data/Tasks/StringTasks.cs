namespace CodeAct.Data.Tasks;

/// <summary>Questions about a text that stands in quotes, or a word that ends the message.</summary>
internal static class StringTasks
{
    /// <summary>What stands in single or double quotes; an apostrophe inside a word is none.</summary>
    private const string Quoted = """r'(?<!\w)["\'](.+?)["\'](?!\w)'""";

    private const string Vowels = "aeiou";

    private static readonly (string Right, string Wrong)[] _methods =
    [
        ("s.lower()", "s.lowercase()"), ("s.split()", "s.words()"), ("s.upper()", "s.uppercase()"),
            ("s.title()", "s.capitalise()"),
        ("s[::-1]", "s.reverse()"), ("len(s)", "s.length()"), ("s.replace(", "s.swap("),
    ];

    public static Family Family => new("strings", 10,
    [
        Make("reverse", "I reverse the text.", "s[::-1]", "Reversed: {out}",
            s => new TextsTruth([Reversed(s)], IgnoreCase: false)) with { Weight = 1.5 },
        Make("length", "I count the characters.", "len(s)", "It has {out} characters.", s => Number(s.Length)),
        Make("vowels", "I count the vowels.", "sum(c in 'aeiou' for c in s.lower())", "It has {out} vowels.",
            s => Number(Lower(s).Count(Vowels.Contains))),
        Make("consonants", "I count the letters that are no vowels.", "sum(c.isalpha() and c not in 'aeiou' for c in s.lower())",
            "It has {out} consonants.",
            s => Number(Lower(s).Count(c => char.IsAsciiLetter(c) && !Vowels.Contains(c)))) with { Weight = 0.7 },
        Make("upper", "I write it in capitals.", "s.upper()", "{out}",
            s => new TextsTruth([s.ToUpperInvariant()], IgnoreCase: false)),
        Make("title", "I capitalize every word.", "s.title()", "{out}",
            s => new TextsTruth([Title(s)], IgnoreCase: false)) with { Weight = 0.7 },
        Make("words", "I split the text and count.", "len(s.split())", "It has {out} words.", s => Number(s.Split(' ').Length),
            Text.Sentence),
        Make("longest", "I split the text and take the longest word.", "max(s.split(), key=len)", "The longest word is {out}.",
            s => new TextsTruth([s.Split(' ').MaxBy(word => word.Length)!]), Text.Sentence),
        Make("shortest", "I split the text and take the shortest word.", "min(s.split(), key=len)", "The shortest word is {out}.",
            s => new TextsTruth([s.Split(' ').MinBy(word => word.Length)!]), Text.Sentence) with { Weight = 0.5 },
        Make("unique", "I count the different letters.", "len(set(c for c in s.lower() if c.isalpha()))",
            "It has {out} different letters.",
            s => Number(Lower(s).Where(char.IsAsciiLetter).Distinct().Count())),
        Make("no-vowels", "I leave out the vowels.", "''.join(c for c in s if c.lower() not in 'aeiou')", "Without vowels: {out}",
            s => new TextsTruth([string.Concat(s.Where(c => !Vowels.Contains(char.ToLowerInvariant(c))))],
                IgnoreCase: false)) with { Weight = 0.7 },
        Make("sort-letters", "I sort the letters.", "''.join(sorted(s))", "Sorted: {out}",
            s => new TextsTruth([string.Concat(s.Order())], IgnoreCase: false), Text.Word) with { Weight = 0.7 },
        Make("sort-words", "I split the text and sort the words.", "' '.join(sorted(s.split(), key=str.lower))", "Sorted: {out}",
            s => new TextsTruth([string.Join(' ', s.Split(' ').OrderBy(Lower, StringComparer.Ordinal))], IgnoreCase: false),
                Text.Sentence) with { Weight = 0.7 },
        Make("reverse-words", "I split the text and reverse the words.", "' '.join(s.split()[::-1])", "{out}",
            s => new TextsTruth([string.Join(' ', s.Split(' ').Reverse())], IgnoreCase: false),
                Text.Sentence) with { Weight = 0.7 },
        Make("acronym", "I take the first letter of every word.", "''.join(w[0] for w in s.split()).upper()", "{out}",
            s => new TextsTruth([string.Concat(s.Split(' ').Select(word => word[0])).ToUpperInvariant()], IgnoreCase: false),
                Text.Sentence) with { Weight = 0.7 },
        Make("commonest", "I count the letters and take the most common.", "max(s.lower(), key=s.lower().count)",
            "The most common letter is {out}.",
            s => new TextsTruth([$" {Lower(s).GroupBy(c => c).MaxBy(group => group.Count())!.Key}."]),
                Text.Word) with { Weight = 0.7 },
        Palindrome,
        CountLetter,
        CountWord,
        Replace,
        Anagram,
    ]);

    private enum Text
    {
        Any,
        Word,
        Sentence,
    }

    private static Kind Palindrome { get; } = new("palindrome", draw =>
    {
        string[] palindromes =
            ["level", "radar", "racecar", "kayak", "civic", "madam", "noon", "rotor", "refer", "stats",
                "A man a plan a canal Panama", "Never odd or even"];
        var s = draw.Chance(0.4) ? draw.Pick(palindromes) : draw.Chance(0.3) ? Mirrored(draw.Word(Words.Nouns))
            : Any(draw, Text.Word);
        var letters = Lower(s).Where(char.IsAsciiLetterOrDigit).ToArray();
        return One(draw, "palindrome", s, "I compare the letters with their reverse.",
            "t = [c for c in s.lower() if c.isalnum()]\nprint(t == t[::-1])",
            Expert.Verdict("it is a palindrome", "it is not a palindrome"),
                new VerdictTruth(letters.SequenceEqual(letters.Reverse())));
    })
    { Weight = 1.5 };

    private static Kind CountLetter { get; } = new("count-letter", draw =>
    {
        var s = Any(draw, draw.Chance(0.6) ? Text.Word : Text.Any);
        var letter = draw.Chance(0.75) ? char.ToLowerInvariant(draw.Pick(s.Where(char.IsAsciiLetter).ToArray()))
            : (char)draw.Int('a', 'z');
        return One(draw, "count-letter", s, $"I count the letter {letter}.", $"print(s.lower().count('{letter}'))",
            Expert.Say($"The letter {letter} occurs {{out}} times."), Number(Lower(s).Count(c => c == letter)), letter);
    })
    { Weight = 2.2 };

    private static Kind CountWord { get; } = new("count-word", draw =>
    {
        var word = draw.Word(Words.Nouns);
        var s = string.Join(' ', draw.Sample(draw.Words(Words.Nouns,
            draw.Int(3, 6)).Concat(Enumerable.Repeat(word, draw.Int(1, 3))), 9));
        return Several(draw, "count-word", new Slots { ["s"] = s, ["w"] = word }, "The text and the word are in quotes.",
            "print(s.split().count(w))",
            Expert.Say("It occurs {out} times."), Number(s.Split(' ').Count(part => part == word)));
    });

    private static Kind Replace { get; } = new("replace", draw =>
    {
        var sentence = draw.Word(Words.Sentences);
        var (word, by) = (draw.Pick(sentence.Split(' ')), draw.Word(Words.Nouns));
        return Several(draw, "replace", new Slots { ["s"] = sentence, ["w"] = word, ["by"] = by }, "The texts are in quotes.",
            "print(s.replace(w, by))",
            Expert.Say("{out}"), new TextsTruth([sentence.Replace(word, by, StringComparison.Ordinal)], IgnoreCase: false));
    });

    private static Kind Anagram { get; } = new("anagram", draw =>
    {
        var a = draw.Word(Words.Nouns);
        var b = draw.Chance(0.5) ? string.Concat(draw.Sample(a, a.Length)) : draw.Word(Words.Nouns);
        return Several(draw, "anagram", new Slots { ["s"] = a, ["w"] = b }, "I compare the sorted letters.",
            "print(sorted(s.lower()) == sorted(w.lower()))",
            Expert.Verdict("they are anagrams", "they are not anagrams"),
                new VerdictTruth(Lower(a).Order().SequenceEqual(Lower(b).Order())));
    })
    { Weight = 0.7 };

    private static Kind Make(
        string name, string thought, string expression, string answer, Func<string, Truth> truth,
            Text text = Text.Any) => new(name, draw =>
    {
        var s = Any(draw, text);
        return One(draw, name, s, thought, $"print({expression})", Expert.Say(answer), truth(s));
    });

    // The text is in quotes, or it is a single word that ends the message.
    private static Content One(
        Draw draw, string name, string s, string thought, string code, Func<string, string> answer, Truth truth,
            char letter = ' ')
    {
        var said = Wordings.Of("strings", name).Say(draw,
            new Slots { ["c"] = $"{(draw.Chance(0.8) ? letter : char.ToUpperInvariant(letter))}" });
        var bare = !s.Contains(' ') && said.TrimEnd('?', '.', '!').EndsWith("{s}", StringComparison.Ordinal) && draw.Chance(0.5);
        var text = said.Replace("{s}", bare ? s : InQuotes(draw, s), StringComparison.Ordinal);
        var taken = bare ? "s = re.findall(r'\\w+', task)[-1]" : $"s = re.search({Quoted}, task).group(1)";
        return Solved(text, new Step(thought, $"import re\n{taken}\n{code}"), answer, truth);
    }

    // Every text is in quotes; the code names them in the order in which they stand.
    private static Content Several(Draw draw, string name, Slots slots, string thought, string code, Func<string, string> answer,
        Truth truth)
    {
        var said = Wordings.Of("strings", name).Say(draw, []);
        var order = slots.Keys.OrderBy(key => said.IndexOf($"{{{key}}}", StringComparison.Ordinal));
        var names = string.Join(", ", order);
        foreach (var (key, value) in slots)
        {
            slots[key] = InQuotes(draw, value);
        }

        return Solved(slots.Fill(said), new Step(thought, $"import re\n{names} = re.findall({Quoted}, task)\n{code}"), answer,
            truth);
    }

    private static Content Solved(string text, Step step, Func<string, string> answer, Truth truth)
    {
        var (right, wrong) = _methods.FirstOrDefault(method => step.Code.Contains(method.Right, StringComparison.Ordinal));
        return new Content(new DataTurn(text, [step], answer, truth)
        {
            Detours = right is null
                ? [Expert.MissingImport(step)]
                : [Expert.MissingImport(step),
                    Expert.WrongPart(step, right, wrong, "AttributeError",
                    $"Text has no {wrong.Split('.', '(')[1]}. I use {right}.")],
        });
    }

    private static string InQuotes(Draw draw, string text) => draw.Chance(0.5) ? $"\"{text}\"" : $"'{text}'";

    private static string Any(Draw draw, Text text) => text switch
    {
        Text.Sentence => draw.Chance(0.4) ? draw.Word(Words.Sentences) : Sentence(draw),
        Text.Word => draw.Chance(0.85) ? draw.Word(Words.Nouns) : draw.Word(draw.Chance(0.5) ? Words.Cities : Words.FirstNames),
        _ => draw.Int(0, 9) switch
        {
            < 6 => Any(draw, Text.Word),
            < 8 => Any(draw, Text.Sentence),
            8 => string.Concat(Enumerable.Range(0, draw.Int(4, 8)).Select(_ => (char)draw.Int('a', 'z'))),
            _ => $"{draw.Word(Words.Adjectives)} {draw.Word(Words.Nouns)}",
        },
    };

    // Words of different lengths, so that there is one longest and one shortest.
    private static string Sentence(Draw draw) =>
        string.Join(' ', draw.Sample(draw.Words(Words.NounsAndAdjectives, 12).DistinctBy(word => word.Length),
            draw.Int(3, 6)));

    private static string Mirrored(string word) => word + Reversed(word[..^1]);

    private static string Reversed(string text) => string.Concat(text.Reverse());

    private static string Lower(string text) => text.ToLowerInvariant();

    private static string Title(string text) => string.Join(' ', text.Split(' ').Select(word => Words.Capital(Lower(word))));

    private static NumbersTruth Number(int value) => new([value]);
}
