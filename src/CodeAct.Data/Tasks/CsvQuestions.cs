namespace CodeAct.Data.Tasks;

/// <summary>The questions about tables: figures of a column, figures per group.</summary>
internal static partial class CsvQuestions
{
    public static IReadOnlyList<CsvQuestion> All { get; } =
    [
        new("figure", "N", Figure) { Weight = 3.5 },
        new("figure-per-group", "NC", FigurePerGroup) { Weight = 4.5 },
        new("best-group", "NC", BestGroup) { Weight = 1.6 },
        new("figure-of-group", "NC", FigureOfGroup) { Weight = 2 },
        new("rows", "", Rows) { Weight = 0.9 },
        new("count-per-group", "C", CountPerGroup) { Weight = 1.6 },
        new("count-of-group", "C", CountOfGroup) { Weight = 1.5 },
        new("commonest", "C", Commonest),
        new("different", "C", Different),
        new("which-values", "C", WhichValues),
        new("share", "C", Share),
        new("count-above", "N", CountAbove) { Weight = 1.8 },
        new("list-above", "LN", ListAbove),
        new("count-both", "CN", CountBoth),
        new("extreme-row", "LN", ExtremeRow) { Weight = 2.2 },
        new("top", "LN", Top) { Weight = 1.6 },
        new("value-of-row", "LN", ValueOfRow) { Weight = 1.2 },
        new("correlation", "NN", Correlation),
        new("missing", "N", Missing) { Weight = 0.8 },
        new("missing-all", "", MissingAll) { Weight = 0.5 },
        new("product-sum", "NN", ProductSum) { Weight = 0.7 },
        new("per-month", "DN", PerMonth) { Weight = 1.5 },
        new("date-extreme", "D", DateExtreme) { Weight = 0.8 },
    ];

    private static Asked Figure(Draw draw, Table table)
    {
        var statistic = draw.Pick(Statistic.All);
        var column = draw.Pick(table.Of(Holds.Number));
        return new Asked(
            new Slots { ["figure"] = statistic.Said(draw), ["num"] = column.Spoken },
            new Step($"I need the {statistic.Method} of {column.Quoted}.",
                $"print(round(df[{column.Quoted}].{statistic.Method}(), 2))"),
            Expert.Say($"The {statistic.Word} {column.Spoken} is {{out}}."),
            new NumbersTruth([statistic.Of([.. column.Known])]));
    }

    private static Asked FigurePerGroup(Draw draw, Table table)
    {
        var statistic = draw.Pick(Statistic.All[..5],
            statistic => statistic.Method is "mean" ? 3 : statistic.Method is "sum" ? 2 : 1);
        var (number, group) = (draw.Pick(table.Of(Holds.Number)), draw.Pick(table.Of(Holds.Category)));
        return new Asked(
            new Slots
            {
                ["figure"] = statistic.Said(draw),
                ["num"] = number.Spoken,
                ["cat"] = group.Spoken,
                ["cats"] = Words.Plural(group.Spoken)
            },
            new Step(
                $"I need the {statistic.Method} of {number.Quoted} by {group.Quoted}.",
                $"print(df.groupby({group.Quoted})[{number.Quoted}].{statistic.Method}().round(2).to_dict())"),
            Expert.Lines($"The {statistic.Word} {number.Spoken} per {group.Spoken}"),
            new PairsTruth([.. Groups(group, number).Select(pair => KeyValuePair.Create(pair.Key, statistic.Of(pair.Value)))]));
    }

    private static Asked BestGroup(Draw draw, Table table)
    {
        var statistic = draw.Pick(Statistic.All[..2]);
        var (number, group) = (draw.Pick(table.Of(Holds.Number)), draw.Pick(table.Of(Holds.Category)));
        var (most, values) = (draw.Chance(0.6),
            Groups(group, number).ToDictionary(pair => pair.Key, pair => statistic.Of(pair.Value)));
        var best = most ? values.MaxBy(pair => pair.Value) : values.MinBy(pair => pair.Value);
        return new Asked(
            new Slots
            {
                ["figure"] = statistic.Said(draw).Replace(" of", "", StringComparison.Ordinal),
                ["num"] = number.Spoken,
                ["cat"] = group.Spoken,
                ["most"] = Most(draw, most),
            },
            new Step(
                $"I need the {statistic.Method} of {number.Quoted} by {group.Quoted}, "
                + $"then the {(most ? "largest" : "smallest")}.",
                $"m = df.groupby({group.Quoted})[{number.Quoted}].{statistic.Method}().round(2)\n"
                + (most ? "print(m.idxmax(), m.max())" : "print(m.idxmin(), m.min())")),
            LastWord($"has the {(most ? "highest" : "lowest")} {statistic.Word} {number.Spoken}"),
            new AllTruth([new TextsTruth([best.Key]), new NumbersTruth([best.Value])]));
    }

    private static Asked FigureOfGroup(Draw draw, Table table)
    {
        var statistic = draw.Pick(Statistic.All[..4], statistic => statistic.Method is "mean" or "sum" ? 2 : 1);
        var (number, group) = (draw.Pick(table.Of(Holds.Number)), draw.Pick(table.Of(Holds.Category)));
        var (value, numbers) = draw.Pick<KeyValuePair<string, double[]>>([.. Groups(group, number)]);
        return new Asked(
            new Slots { ["figure"] = statistic.Said(draw), ["num"] = number.Spoken, ["cat"] = group.Spoken, ["value"] = value },
            new Step(
                $"I need the {statistic.Method} of {number.Quoted} where {group.Quoted} is {PythonLiteral.Quote(value)}.",
                $"print(round(df[df[{group.Quoted}] == {PythonLiteral.Quote(value)}][{number.Quoted}].{statistic.Method}(), 2))"),
            Expert.Say($"The {statistic.Word} {number.Spoken} is {{out}}."),
            new NumbersTruth([statistic.Of(numbers)]));
    }

    private static Asked PerMonth(Draw draw, Table table)
    {
        var statistic = draw.Pick(Statistic.All[..2]);
        var (number, date, year) = (draw.Pick(table.Of(Holds.Number)), draw.Pick(table.Of(Holds.Date)), draw.Chance(0.3));
        var length = year ? 4 : 7;
        var groups = Groups(date with { Cells = [.. date.Cells.Select(day => day[..length])] }, number);
        return new Asked(
            new Slots { ["figure"] = statistic.Said(draw), ["num"] = number.Spoken, ["period"] = year ? "year" : "month" },
            new Step(
                $"The first {length} letters of {date.Quoted} are the {(year ? "year" : "month")}.",
                $"print(df.groupby(df[{date.Quoted}].str[:{length}])[{number.Quoted}].{statistic.Method}().round(2).to_dict())"),
            Expert.Lines($"The {statistic.Word} {number.Spoken} per {(year ? "year" : "month")}"),
            new PairsTruth([.. groups.Select(pair => KeyValuePair.Create(pair.Key, statistic.Of(pair.Value)))]));
    }

    private static Asked DateExtreme(Draw draw, Table table)
    {
        var (date, last) = (draw.Pick(table.Of(Holds.Date)), draw.Chance(0.5));
        return new Asked(
            new Slots
            {
                ["date"] = date.Spoken,
                ["last"] = draw.Pick<string>(last ? ["latest", "last", "most recent"] : ["earliest", "first", "oldest"])
            },
            new Step($"I need the {(last ? "max" : "min")} of {date.Quoted}.",
                $"print(df[{date.Quoted}].{(last ? "max" : "min")}())"),
            Expert.Say($"The {(last ? "latest" : "earliest")} {date.Spoken} is {{out}}."),
            new TextsTruth([(last ? date.Cells.Max() : date.Cells.Min())!]));
    }

    private static Asked ProductSum(Draw draw, Table table)
    {
        var two = draw.Sample(table.Of(Holds.Number), 2);
        var (a, b) = (two[0], two[1]);
        return new Asked(
            new Slots { ["a"] = a.Spoken, ["b"] = b.Spoken },
            new Step($"I multiply {a.Quoted} by {b.Quoted} and add.",
                $"print(round((df[{a.Quoted}] * df[{b.Quoted}]).sum(), 2))"),
            Expert.Say($"The total of {a.Spoken} times {b.Spoken} is {{out}}."),
            new NumbersTruth([a.Numbers.Zip(b.Numbers).Sum(pair => pair.First * pair.Second ?? 0)]));
    }

    private static Asked Correlation(Draw draw, Table table)
    {
        var two = draw.Sample(table.Of(Holds.Number), 2);
        var (a, b) = (two[0], two[1]);
        var known = a.Numbers.Zip(b.Numbers).Where(pair => pair.First is not null && pair.Second is not null);
        var pairs = known.Select(pair => (X: pair.First!.Value, Y: pair.Second!.Value)).ToArray();
        var (x, y) = (pairs.Average(pair => pair.X), pairs.Average(pair => pair.Y));
        var r = pairs.Sum(pair => (pair.X - x) * (pair.Y - y))
            / Math.Sqrt(pairs.Sum(pair => (pair.X - x) * (pair.X - x)) * pairs.Sum(pair => (pair.Y - y) * (pair.Y - y)));
        return new Asked(
            new Slots { ["a"] = a.Spoken, ["b"] = b.Spoken },
            new Step($"I need the correlation of {a.Quoted} and {b.Quoted}.",
                $"print(round(df[{a.Quoted}].corr(df[{b.Quoted}]), 2))"),
            Expert.Say($"The correlation of {a.Spoken} and {b.Spoken} is {{out}}."),
            new NumbersTruth([r]));
    }

    /// <summary>The known numbers of each group, in the order of the groups' names.</summary>
    private static IEnumerable<KeyValuePair<string, double[]>> Groups(Column group, Column number) =>
        group.Cells.Zip(number.Numbers).Where(pair => pair.Second is not null).GroupBy(pair => pair.First,
            pair => pair.Second!.Value)
            .OrderBy(pairs => pairs.Key, StringComparer.Ordinal).Select(pairs => KeyValuePair.Create(pairs.Key, pairs.ToArray()));

    private static string Most(Draw draw, bool most) =>
        draw.Pick<string>(most ? ["highest", "largest", "biggest", "greatest", "most"] : ["lowest", "smallest", "least"]);

    // "Garden tools 12.5" becomes "Garden tools has the highest price: 12.5."
    private static Func<string, string> LastWord(string has) => observation =>
    {
        var text = observation.Trim();
        var cut = text.LastIndexOf(' ');
        return cut < 0 ? $"{text} {has}." : $"{text[..cut]} {has}: {text[(cut + 1)..]}.";
    };
}
