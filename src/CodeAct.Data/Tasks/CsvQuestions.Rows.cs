namespace CodeAct.Data.Tasks;

/// <summary>The questions about tables: counting, filtering, single rows.</summary>
internal static partial class CsvQuestions
{
    private static Asked Rows(Draw draw, Table table) => new(
        [],
        new Step("I count the rows.", "print(len(df))"),
        Expert.Say($"There are {{out}} {table.Rows}."),
        new NumbersTruth([table.Count]));

    private static Asked CountPerGroup(Draw draw, Table table)
    {
        var group = draw.Pick(table.Of(Holds.Category));
        return new Asked(
            new Slots { ["cat"] = group.Spoken, ["cats"] = Words.Plural(group.Spoken) },
            new Step($"I count the rows by {group.Quoted}.", $"print(df[{group.Quoted}].value_counts().to_dict())"),
            Expert.Lines($"The number of {table.Rows} per {group.Spoken}"),
            new PairsTruth([.. Counts(group).Select(pair => KeyValuePair.Create(pair.Key, (double)pair.Value))]));
    }

    private static Asked CountOfGroup(Draw draw, Table table)
    {
        var group = draw.Pick(table.Of(Holds.Category));
        var (value, count) = draw.Pick<KeyValuePair<string, int>>([.. Counts(group)]);
        return new Asked(
            new Slots { ["cat"] = group.Spoken, ["value"] = value },
            new Step($"I count where {group.Quoted} is {PythonLiteral.Quote(value)}.",
                $"print(len(df[df[{group.Quoted}] == {PythonLiteral.Quote(value)}]))"),
            Expert.Say($"There are {{out}} {table.Rows}."),
            new NumbersTruth([count]));
    }

    private static Asked Commonest(Draw draw, Table table)
    {
        var group = draw.Pick(table.Of(Holds.Category));
        var counts = Counts(group).OrderByDescending(pair => pair.Value).ToArray();
        if (counts.Length > 1 && counts[0].Value == counts[1].Value)
        {
            return CountPerGroup(draw, table) with { Heading = "count-per-group" };
        }

        return new Asked(
            new Slots { ["cat"] = group.Spoken },
            new Step($"I count the rows by {group.Quoted} and take the first.",
                $"m = df[{group.Quoted}].value_counts()\nprint(m.idxmax(), m.max())"),
            LastWord($"is the most common {group.Spoken}"),
            new TextsTruth([counts[0].Key]));
    }

    private static Asked Different(Draw draw, Table table)
    {
        var group = draw.Pick(table.Of(Holds.Category));
        return new Asked(
            new Slots { ["cat"] = group.Spoken, ["cats"] = Words.Plural(group.Spoken) },
            new Step($"I count the different values of {group.Quoted}.", $"print(df[{group.Quoted}].nunique())"),
            Expert.Say($"There are {{out}} different {Words.Plural(group.Spoken)}."),
            new NumbersTruth([Counts(group).Count()]));
    }

    private static Asked WhichValues(Draw draw, Table table)
    {
        var group = draw.Pick(table.Of(Holds.Category));
        return new Asked(
            new Slots { ["cat"] = group.Spoken, ["cats"] = Words.Plural(group.Spoken) },
            new Step($"I list the different values of {group.Quoted}.", $"print(sorted(df[{group.Quoted}].unique()))"),
            Expert.Lines($"The {Words.Plural(group.Spoken)} are"),
            new TextsTruth([.. Counts(group).Select(pair => pair.Key)]));
    }

    private static Asked Share(Draw draw, Table table)
    {
        var group = draw.Pick(table.Of(Holds.Category));
        var (value, count) = draw.Pick<KeyValuePair<string, int>>([.. Counts(group)]);
        return new Asked(
            new Slots { ["cat"] = group.Spoken, ["value"] = value },
            new Step(
                $"I need the share of rows where {group.Quoted} is {PythonLiteral.Quote(value)}.",
                $"print(round((df[{group.Quoted}] == {PythonLiteral.Quote(value)}).mean() * 100, 2))"),
            Expert.Say("It is {out} percent."),
            new NumbersTruth([100.0 * count / table.Count]));
    }

    private static Asked CountAbove(Draw draw, Table table)
    {
        var column = draw.Pick(table.Of(Holds.Number));
        var (limit, above) = (Limit(draw, column, draw.Int(20, 80)), draw.Chance(0.6));
        return new Asked(
            new Slots { ["num"] = column.Spoken, ["limit"] = Draw.Text(limit), ["above"] = Above(draw, above) },
            new Step(
                $"I count where {column.Quoted} is {(above ? "above" : "below")} {Draw.Text(limit)}.",
                $"print(len(df[df[{column.Quoted}] {(above ? ">" : "<")} {Draw.Text(limit)}]))"),
            Expert.Say($"There are {{out}} {table.Rows}."),
            new NumbersTruth([column.Known.Count(number => above ? number > limit : number < limit)]));
    }

    private static Asked ListAbove(Draw draw, Table table)
    {
        var (column, label) = (draw.Pick(table.Of(Holds.Number)), table.Of(Holds.Label)[0]);
        var above = draw.Chance(0.6);
        var sorted = (above ? column.Known.OrderDescending() : column.Known.Order()).ToArray();
        var limit = Draw.Text(Math.Round(sorted[Math.Min(sorted.Length - 1, draw.Int(2, 5))], 1));
        var value = double.Parse(limit, System.Globalization.CultureInfo.InvariantCulture);
        string[] names = [.. label.Cells.Where((_, row) => above ? column.Numbers[row] > value : column.Numbers[row] < value)];
        return new Asked(
            new Slots { ["num"] = column.Spoken, ["limit"] = limit, ["above"] = Above(draw, above), ["label"] = label.Spoken },
            new Step(
                $"I list {label.Quoted} where {column.Quoted} is {(above ? "above" : "below")} {limit}.",
                $"print(df[df[{column.Quoted}] {(above ? ">" : "<")} {limit}][{label.Quoted}].tolist())"),
            Expert.Lines($"The {table.Rows} with {column.Spoken} {(above ? "above" : "below")} {limit}"),
            new TextsTruth(names));
    }

    private static Asked CountBoth(Draw draw, Table table)
    {
        var (group, column) = (draw.Pick(table.Of(Holds.Category)), draw.Pick(table.Of(Holds.Number)));
        var (value, limit, above) = (draw.Pick(group.Cells), Limit(draw, column, draw.Int(20, 80)), draw.Chance(0.6));
        var (quoted, bound) = (PythonLiteral.Quote(value), Draw.Text(limit));
        var of = column.Numbers.Where((_, row) => group.Cells[row] == value);
        return new Asked(
            new Slots
            {
                ["cat"] = group.Spoken,
                ["value"] = value,
                ["num"] = column.Spoken,
                ["limit"] = bound,
                ["above"] = Above(draw, above),
            },
            new Step(
                $"I count where {group.Quoted} is {quoted} and {column.Quoted} is {(above ? "above" : "below")} {bound}.",
                $"print(len(df[(df[{group.Quoted}] == {quoted}) & (df[{column.Quoted}] {(above ? ">" : "<")} {bound})]))"),
            Expert.Say($"There are {{out}} {table.Rows}."),
            new NumbersTruth([of.Count(number => above ? number > limit : number < limit)]));
    }

    private static Asked ExtremeRow(Draw draw, Table table)
    {
        var (column, label, most) = (draw.Pick(table.Of(Holds.Number)), table.Of(Holds.Label)[0], draw.Chance(0.6));
        var best = most ? column.Known.Max() : column.Known.Min();
        var winner = label.Cells[Array.IndexOf(column.Numbers, best)];
        return new Asked(
            new Slots { ["num"] = column.Spoken, ["most"] = Most(draw, most), ["label"] = label.Spoken },
            new Step(
                $"I need the row with the {(most ? "largest" : "smallest")} {column.Quoted}.",
                $"row = df.loc[df[{column.Quoted}].{(most ? "idxmax" : "idxmin")}()]\n"
                + $"print(row[{label.Quoted}], row[{column.Quoted}])"),
            LastWord($"has the {(most ? "highest" : "lowest")} {column.Spoken}"),
            new AllTruth([new TextsTruth([winner]), new NumbersTruth([best])]));
    }

    private static Asked Top(Draw draw, Table table)
    {
        var (column, label, most, count) = (draw.Pick(table.Of(Holds.Number)), table.Of(Holds.Label)[0], draw.Chance(0.65),
            draw.Int(2, 5));
        var rows = Enumerable.Range(0, table.Count).Where(row => column.Numbers[row] is not null);
        rows = (most ? rows.OrderByDescending(row => column.Numbers[row]) : rows.OrderBy(row => column.Numbers[row])).Take(count);
        string[] words = ["two", "three", "four", "five"];
        return new Asked(
            new Slots
            {
                ["num"] = column.Spoken,
                ["most"] = most ? draw.Pick<string>(["highest", "largest", "biggest"])
                    : draw.Pick<string>(["lowest", "smallest"]),
                ["top"] = most ? "top" : "bottom",
                ["n"] = draw.Chance(0.6) ? $"{count}" : words[count - 2],
                ["label"] = label.Spoken,
            },
            new Step(
                $"I need the {count} {(most ? "largest" : "smallest")} by {column.Quoted}.",
                $"print(df.{(most ? "nlargest" : "nsmallest")}({count}, {column.Quoted})"
                + $"[[{label.Quoted}, {column.Quoted}]].values.tolist())"),
            Expert.Lines($"The {count} {table.Rows} with the {(most ? "highest" : "lowest")} {column.Spoken}"),
            new PairsTruth([.. rows.Select(row => KeyValuePair.Create(label.Cells[row], column.Numbers[row]!.Value))]));
    }

    private static Asked ValueOfRow(Draw draw, Table table)
    {
        var (column, label) = (draw.Pick(table.Of(Holds.Number)), table.Of(Holds.Label)[0]);
        var row = draw.Pick(Enumerable.Range(0, table.Count).Where(row => column.Numbers[row] is not null).ToArray());
        var name = PythonLiteral.Quote(label.Cells[row]);
        return new Asked(
            new Slots { ["num"] = column.Spoken, ["name"] = label.Cells[row] },
            new Step($"I need {column.Quoted} where {label.Quoted} is {name}.",
                $"print(df[df[{label.Quoted}] == {name}][{column.Quoted}].iloc[0])"),
            Expert.Say($"The {column.Spoken} is {{out}}."),
            new NumbersTruth([column.Numbers[row]!.Value]));
    }

    private static Asked Missing(Draw draw, Table table)
    {
        var columns = table.Of(Holds.Number);
        var column = columns.FirstOrDefault(column => column.Numbers.Contains(null)) ?? draw.Pick(columns);
        return new Asked(
            new Slots { ["num"] = column.Spoken },
            new Step($"I count the missing values of {column.Quoted}.", $"print(df[{column.Quoted}].isna().sum())"),
            Expert.Say($"The column {column.Quoted} has {{out}} missing values."),
            new NumbersTruth([column.Numbers.Count(number => number is null)]));
    }

    private static Asked MissingAll(Draw draw, Table table) => new(
        [],
        new Step("I count the missing values of all columns.", "print(df.isna().sum().sum())"),
        Expert.Say("There are {out} missing values."),
        new NumbersTruth([table.Columns.Sum(column => column.Numbers.Count(number => number is null))]));

    private static IEnumerable<KeyValuePair<string, int>> Counts(Column group) => group.Cells.CountBy(value => value);

    private static string Above(Draw draw, bool above) => draw.Pick<string>(
        above ? ["above", "over", "greater than", "more than", "higher than"] : ["below", "under", "less than", "lower than"]);

    private static double Limit(Draw draw, Column column, int percentile)
    {
        var sorted = column.Known.Order().ToArray();
        var exact = sorted[sorted.Length * percentile / 100];
        return draw.Chance(0.7) || Math.Abs(exact) < 3 ? Math.Round(exact, 1) : exact > 200 ? Math.Round(exact / 10) * 10
            : Math.Round(exact);
    }
}
