using System.Globalization;

namespace CodeAct.Data.Tasks;

/// <summary>Functions about some things and what they return: looked up by name, listed, and converted.</summary>
/// <param name="Entity">What the things are: <c>product</c>.</param>
/// <param name="Names">The things.</param>
/// <param name="Lookups">A number for each thing.</param>
/// <param name="Conversions">One number into another.</param>
/// <param name="List">The name of the function that lists the things.</param>
internal sealed record ToolSet(
    string Entity, IReadOnlyList<string> Names, IReadOnlyList<Lookup> Lookups, IReadOnlyList<Conversion> Conversions, string List)
{
    private static readonly string[] _domains = Resource.Lines("Words/tools.txt");

    private static readonly Func<string,
        string>[] _styles = [name => $"get_{name}", name => $"get_{name}", name => $"{name}_of", name => $"lookup_{name}",
        name => $"find_{name}"];

    public static ToolSet Make(Draw draw)
    {
        // The last ninth of the domains is kept for the split of tools.
        var cut = _domains.Length - (_domains.Length / 9);
        var parts = draw.Pick(draw.Split == Split.Tools ? _domains[cut..] : _domains[..cut]).Split(" | ");
        var style = draw.Pick(_styles);
        var names = Named(draw, parts[1], draw.Int(3, 8));
        var lookups = draw.Sample(parts[2].Split(", "),
            draw.Int(1, 3)).Select(spec => Lookup.Make(draw, spec.Split(' '), style, names));
        var conversions = draw.Sample(parts[3].Split(", "), draw.Int(1, 2)).Select(spec => Conversion.Parse(spec.Split(": ")));
        return new ToolSet(parts[0], names, [.. lookups], [.. conversions],
            draw.Pick<string>([$"list_{Words.Plural(parts[0])}", $"all_{Words.Plural(parts[0])}"]));
    }

    /// <summary>The signatures, in mixed order, of at most five functions, those needed among them.</summary>
    public string Signatures(Draw draw, string code)
    {
        (string Name, string Line)[] all =
        [
            (List, $"def {List}() -> list: names of all {Words.Plural(Entity)}"),
            .. Lookups.Select(lookup => (lookup.Function,
                $"def {lookup.Function}({Entity}: str) -> float: {lookup.Attribute} of a {Entity}")),
            .. Conversions.Select(conversion => (conversion.Function,
                $"def {conversion.Function}(value: float) -> float: value {conversion.Phrase}")),
        ];
        var needed = all.Where(function => code.Contains(function.Name + "(", StringComparison.Ordinal)).ToArray();
        var others = draw.Sample(all.Except(needed), Math.Max(2 - needed.Length, draw.Int(0, 5 - needed.Length)));
        return string.Join('\n', draw.Sample(needed.Concat(others), 5).Select(function => function.Line));
    }

    /// <summary>Python that defines the functions.</summary>
    public string Definitions() => string.Join('\n',
    [
        $"def {List}() -> list:\n    return {PythonLiteral.List(Names)}",
        .. Lookups.Select(one => $"def {one.Function}({Entity}: str) -> float:\n    return {one.Literal(Names)}[{Entity}]"),
        .. Conversions.Select(one =>
            $"def {one.Function}(value: float) -> float:\n    return round(value * {Draw.Text(one.Factor)}, 2)"),
    ]);

    private static string[] Named(Draw draw, string sort, int count) => sort switch
    {
        "person" => draw.Words(Words.FirstNames, count),
        "city" => draw.Words(Words.Cities, count),
        "code" => [.. Enumerable.Range(0, 50).Select(_ => $"{(char)draw.Int('A', 'Z')}{draw.Int(1, 99)}").Distinct().Take(count)],
        "noun" => [.. draw.Words(Words.Nouns, count + 5).Select(Words.Capital).Distinct().Take(count)],
        _ => [.. draw.Words(Words.Nouns,
            count + 5).Distinct().Take(count).Select(noun =>
            $"{Words.Capital(draw.Word(Words.Adjectives))} {Words.Capital(noun)}")],
    };
}

/// <summary>A function from a name to a number.</summary>
internal sealed record Lookup(string Function, string Attribute, double[] Values)
{
    public static Lookup Make(Draw draw, string[] spec, Func<string, string> style, IReadOnlyList<string> names)
    {
        var (least, most, decimals) = (double.Parse(spec[1], CultureInfo.InvariantCulture),
            double.Parse(spec[2], CultureInfo.InvariantCulture), int.Parse(spec[3], CultureInfo.InvariantCulture));
        var values = new HashSet<double>();
        for (var tries = 0; values.Count < names.Count; tries++)
        {
            values.Add(draw.Number(least, most + tries / 20, decimals));
        }

        return new Lookup(style(spec[0]), spec[0].Replace('_', ' '), [.. values]);
    }

    public string Literal(IReadOnlyList<string> names) =>
        $"{{{string.Join(", ", names.Zip(Values, (name, value) => $"{PythonLiteral.Quote(name)}: {Draw.Text(value)}"))}}}";
}

/// <summary>A function from a number to a number.</summary>
internal sealed record Conversion(string Function, string Phrase, double Factor)
{
    public static Conversion Parse(string[] parts) =>
        new(parts[0], parts[1], double.Parse(parts[2], CultureInfo.InvariantCulture));

    public double Of(double value) => Math.Round(value * Factor, 2);
}
