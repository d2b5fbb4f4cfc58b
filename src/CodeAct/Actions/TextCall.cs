using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CodeAct.Actions;

/// <summary>A call that a model wrote as text: <c>weather, Rome, 3</c>, <c>weather, city: Rome</c> or <c>weather("Rome")</c>.</summary>
internal static partial class TextCall
{
    private const RegexOptions Linear = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    /// <summary>Reads the tool's name; the arguments stay text until the tool's parameters are known.</summary>
    public static Reply Read(string thought, string body, string whatToDo)
    {
        var text = Bare(body);
        if (text.Length == 0)
        {
            return new Unreadable($"Your action was empty. {whatToDo}");
        }

        if (text.StartsWith('{'))
        {
            return JsonCall.Read(thought, text, whatToDo);
        }

        var (name, rest) = Named().Match(text) is { Success: true } match
            ? (match.Groups["name"].Value, text[match.Groups["after"].Index..])
            : (text, "");
        rest = rest.StartsWith('(') ? InParentheses(rest) : rest.TrimStart(',', ':', ' ', '\t', '\n');
        return new ToolAction(thought, name, JsonSerializer.SerializeToElement(rest.Trim()));
    }

    /// <summary>Tells arguments apart.</summary>
    /// <param name="text">As <see cref="Read"/> left them.</param>
    /// <param name="parameters">The tool's parameters in order, each with its type in JSON's words or null for any.</param>
    /// <returns>An object when they are named, else an array.</returns>
    public static JsonElement Arguments(string text, IReadOnlyList<(string Name, string? Type)> parameters)
    {
        var pieces = Pieces(text);
        return JsonSerializer.SerializeToElement(IsNamed(pieces, parameters)
            ? Named(pieces, parameters)
            : (object)Positional(text, pieces, parameters));
    }

    // What wraps the whole call: a fence, inline code, brackets, a bullet.
    private static string Bare(string body)
    {
        var text = body.ReplaceLineEndings("\n").Trim();
        for (var layer = 0; layer < CodeText.MostLayers; layer++)
        {
            var inner = Fenced().Match(text) is { Success: true } fenced ? fenced.Groups["inner"].Value.Trim()
                : text is ['`', _, .., '`'] && text.Count(character => character == '`') == 2 ? text[1..^1].Trim()
                : text is ['[', .., ']'] ? text[1..^1].Trim()
                : text;
            inner = inner.StartsWith("Action:", StringComparison.OrdinalIgnoreCase) ? inner["Action:".Length..].Trim() : inner;
            if (inner.Length == text.Length)
            {
                break;
            }

            text = inner;
        }

        return text;
    }

    private static string InParentheses(string rest)
    {
        var end = rest.LastIndexOf(')');
        return end > 0 ? rest[1..end] : rest[1..];
    }

    /// <summary>The parts between commas and line ends, but for those in quotes and brackets, with where they begin.</summary>
    private static List<(int Start, string Text)> Pieces(string text)
    {
        var pieces = new List<(int Start, string Text)>();
        if (text.Length == 0)
        {
            return pieces;
        }

        var (start, depth, quote, before) = (0, 0, '\0', ',');
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (quote != 0)
            {
                quote = character == quote && before != '\\' ? '\0' : quote;
            }
            else if (character is '"' or '\'' && before is ',' or ':' or '=' or '[' or '{' or '(' && text.IndexOf(character, at + 1) > at)
            {
                quote = character;
            }
            else if (character is '[' or '{' or '(')
            {
                depth++;
            }
            else if (character is ']' or '}' or ')')
            {
                depth = Math.Max(0, depth - 1);
            }
            else if (character is ',' or '\n' && depth == 0)
            {
                pieces.Add((start, text[start..at]));
                start = at + 1;
                character = ',';
            }

            before = char.IsWhiteSpace(character) ? before : character;
        }

        pieces.Add((start, text[start..]));
        return [.. pieces.Where((piece, index) => index == 0 || !string.IsNullOrWhiteSpace(piece.Text))];
    }

    private static bool IsNamed(List<(int Start, string Text)> pieces, IReadOnlyList<(string Name, string? Type)> parameters)
    {
        var keys = pieces.Select(piece => Keyed().Match(piece.Text)).ToList();
        return keys is [{ Success: true } first, ..]
            && (IsParameter(first)
                || (keys.TrueForAll(key => key.Success) && (first.Groups["sign"].Value == "=" || keys.Exists(IsParameter))));

        bool IsParameter(Match key) => parameters.Any(parameter => parameter.Name == key.Groups["key"].Value);
    }

    private static Dictionary<string, JsonElement> Named(
        List<(int Start, string Text)> pieces, IReadOnlyList<(string Name, string? Type)> parameters)
    {
        var values = new Dictionary<string, StringBuilder>();
        StringBuilder? last = null;
        foreach (var (_, text) in pieces)
        {
            var match = Keyed().Match(text);
            var key = match.Groups["key"].Value;
            if (match.Success && (last is null || match.Groups["sign"].Value == "=" || parameters.Any(parameter => parameter.Name == key)))
            {
                values[key] = last = new StringBuilder(match.Groups["value"].Value);
            }
            else
            {
                last?.Append(',').Append(text); // a comma in a value
            }
        }

        return values.ToDictionary(
            value => value.Key,
            value => Value(value.Value.ToString(), parameters.FirstOrDefault(parameter => parameter.Name == value.Key).Type));
    }

    private static List<JsonElement> Positional(
        string text, List<(int Start, string Text)> pieces, IReadOnlyList<(string Name, string? Type)> parameters)
    {
        if (parameters is [.., (_, "string")] && pieces.Count > parameters.Count)
        {
            var last = pieces[parameters.Count - 1].Start; // the last one takes the rest, commas and all
            pieces = [.. pieces.Take(parameters.Count - 1), (last, text[last..])];
        }

        return [.. pieces.Select((piece, index) => Value(piece.Text, index < parameters.Count ? parameters[index].Type : null))];
    }

    private static JsonElement Value(string text, string? type)
    {
        var plain = text.Trim();
        var isQuoted = plain is ['"' or '\'', .., var end] && end == plain[0];
        if (type is "string" && !isQuoted)
        {
            return JsonSerializer.SerializeToElement(plain);
        }

        return LenientJson.TryRead(plain, out var value, out var length) && length == plain.Length
            ? value
            : JsonSerializer.SerializeToElement(plain);
    }

    [GeneratedRegex(@"\A(?<name>[\w.-]+)[ \t]*(?<after>[,:(\n]|\z)", Linear)]
    private static partial Regex Named();

    [GeneratedRegex(@"\A\s*""?(?<key>[A-Za-z_][\w-]*)""?\s*(?<sign>[:=])\s*(?<value>[\s\S]*)\z", Linear)]
    private static partial Regex Keyed();

    [GeneratedRegex(@"\A```\w*\n(?<inner>[\s\S]*?)\n?```\z", Linear)]
    private static partial Regex Fenced();
}
