using System.Globalization;

namespace CodeAct.Training;

/// <summary>
/// Conversations that can only be answered by copying: something random is shown, and all or part of it is asked for. A small
/// model learns to copy late and from little else, so a run starts with many of these and ends with few.
/// </summary>
/// <param name="tokens">Makes the tokens.</param>
/// <param name="textTokens">Number of tokens that are no control tokens; they come first.</param>
/// <param name="seed">The same seed gives the same tasks.</param>
internal sealed class CopyTasks(Tokenization tokens, int textTokens, int seed)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly string[] _syllables =
        [.. "bdklmnrst".SelectMany(consonant => "aeio".Select(vowel => $"{consonant}{vowel}"))];

    private static readonly string[] _separators = [", ", " ", "; ", "\n"];

    private readonly Random _random = new(seed);

    /// <summary>As many conversations as asked for, ready for a shard; their family is 0.</summary>
    public IEnumerable<(ushort[] Tokens, int Family)> Conversations(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return (tokens.Conversation(Turns()), 0);
        }
    }

    private IEnumerable<(string Role, IReadOnlyList<int> Content, bool IsLearned)> Turns() => _random.Next(9) switch
    {
        0 => AnyTokens(),
        1 => Text(Strings()),
        2 => Text(Numbers()),
        3 => Text(Lookups()),
        4 => Text(Table()),
        5 => Text(Quotation()),
        6 or 7 => Text(Columns()),
        _ => Text(Names()),
    };

    // Every token of the vocabulary comes by, also those that the data hardly shows.
    private IEnumerable<(string Role, IReadOnlyList<int> Content, bool IsLearned)> AnyTokens()
    {
        int[] shown = [.. Some(4, 60, () => _random.Next(textTokens))];
        yield return ("user", shown, false);
        yield return ("assistant", shown, true);
        var start = _random.Next(shown.Length);
        int[] part = [.. shown.Skip(start).Take(_random.Next(2, 12))];
        yield return ("user", [.. tokens.Encode("from "), .. part.Take(2)], false);
        yield return ("assistant", part, true);
    }

    private IEnumerable<string> Strings()
    {
        string[] shown = [.. Some(1, 6, Word)];
        yield return "Repeat: " + string.Join(" ", shown);
        yield return string.Join(" ", shown);
        yield return "As a list.";
        yield return Quoted(shown);
    }

    private IEnumerable<string> Numbers()
    {
        string[] shown = [.. Some(2, 14, Number)];
        var separator = Pick(_separators);
        yield return "Numbers: " + string.Join(separator, shown);
        yield return $"[{string.Join(", ", shown)}]";
        var place = _random.Next(shown.Length);
        yield return $"After {shown[place]}?";
        yield return place + 1 < shown.Length ? shown[place + 1] : "none";
        yield return "All of them again.";
        yield return string.Join(separator, shown);
    }

    private IEnumerable<string> Lookups()
    {
        var pairs = Some(2, 9, () => (Key: Identifier(), Value: _random.Next(2) == 0 ? Number() : Word())).ToArray();
        var arrow = Pick([": ", " = ", " -> "]);
        yield return string.Join("\n", pairs.Select(pair => pair.Key + arrow + pair.Value));
        yield return "ok";
        for (var i = _random.Next(2, 5); i > 0; i--)
        {
            var (key, value) = Pick(pairs);
            yield return key + "?";
            yield return key + arrow + value;
        }
    }

    private IEnumerable<string> Table()
    {
        string[] columns = [.. Some(2, 5, Identifier)];
        string[][] rows = [.. Some(2, 6, () => columns.Select((_, i) => i == 0 ? Word() : Number()).ToArray())];
        yield return string.Join("\n", rows.Prepend(columns).Select(row => string.Join(",", row)));
        yield return "columns = " + Quoted(columns);
        for (var i = _random.Next(2, 4); i > 0; i--)
        {
            var (row, column) = (Pick(rows), _random.Next(1, columns.Length));
            yield return $"{columns[column]} of {row[0]}?";
            yield return $"The {columns[column]} of {row[0]} is {row[column]}.";
        }
    }

    // A column is asked for in plain words and written as it stands in the file.
    private IEnumerable<string> Columns()
    {
        var write = Pick<Func<string[], string>>(
        [
            words => string.Join('_', words), words => string.Join(' ', words), words => string.Join('_', words).ToUpperInvariant(),
            words => string.Join(' ', words.Select(Capital)), words => words[0] + string.Concat(words[1..].Select(Capital)),
        ]);
        var columns = Some(2, 7, () => Some(1, 2, Identifier).ToArray()).ToArray();
        var cells = columns.Select(column => $"'{write(column)}': {(_random.Next(2) == 0 ? Number() : $"'{Word()}'")}");
        yield return $"{{{string.Join(", ", cells)}}}";
        yield return "Which columns?";
        for (var i = _random.Next(2, 4); i > 0; i--)
        {
            var (number, group) = (Pick(columns), Pick(columns));
            yield return $"{string.Join(' ', number)} by {string.Join(' ', group)}";
            yield return $"df.groupby('{write(group)}')['{write(number)}'].mean()";
        }
    }

    private IEnumerable<string> Quotation()
    {
        var quoted = string.Join(" ", Some(1, 5, Word));
        yield return string.Join(" ", [.. Some(0, 12, Identifier), $"\"{quoted}\"", .. Some(0, 12, Identifier)]);
        yield return $"s = \"{quoted}\"";
        yield return "print(s)";
        yield return quoted;
    }

    private IEnumerable<string> Names()
    {
        var function = $"{Identifier()}_{Identifier()}";
        string[] parameters = [.. Some(1, 4, Identifier)];
        string[] values = [.. parameters.Select(_ => _random.Next(2) == 0 ? Number() : $"'{Word()}'")];
        yield return $"{function}({string.Join(", ", parameters)}) with {string.Join(" and ", values)}";
        yield return $"{function}({string.Join(", ", values)})";
        yield return "With names.";
        yield return $"{function}({string.Join(", ", parameters.Zip(values, (name, value) => $"{name}={value}"))})";
    }

    private IEnumerable<(string Role, IReadOnlyList<int> Content, bool IsLearned)> Text(IEnumerable<string> contents) =>
        contents.Select((content, i) => (i % 2 == 0 ? "user" : "assistant", tokens.Encode(content), i % 2 == 1));

    private string Number() => _random.Next(4) switch
    {
        0 => (_random.Next(1, 100_000) / 100m).ToString(CultureInfo.InvariantCulture),
        1 => _random.Next(-1000, 10_000).ToString(CultureInfo.InvariantCulture),
        2 => _random.Next(1_000_000).ToString(CultureInfo.InvariantCulture),
        _ => _random.Next(100).ToString(CultureInfo.InvariantCulture),
    };

    private string Word() => _random.Next(3) switch
    {
        0 => string.Concat(Some(3, 10, () => Pick(Letters.ToCharArray()))),
        1 => Capital(Identifier()),
        _ => Identifier(),
    };

    private string Identifier() => string.Concat(Some(1, 4, () => Pick(_syllables)));

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string Quoted(IEnumerable<string> words) => $"[{string.Join(", ", words.Select(word => $"'{word}'"))}]";

    private IEnumerable<T> Some<T>(int least, int most, Func<T> draw) =>
        [.. Enumerable.Range(0, _random.Next(least, most + 1)).Select(_ => draw())];

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
