using System.Globalization;

namespace CodeAct.Data;

/// <summary>Makes tables: from topics, or with columns named at random, so that names have to be read and copied.</summary>
internal static class Tables
{
    private static readonly Func<string[], string>[] _styles =
    [
        words => string.Join('_', words),
        words => string.Join('_', words),
        words => string.Join('_', words),
        words => string.Join(' ', words.Select(Words.Capital)),
        words => string.Join(' ', words.Select(Words.Capital)),
        words => string.Join('_', words).ToUpperInvariant(),
        words => string.Join(' ', words),
        words => words[0] + string.Concat(words[1..].Select(Words.Capital)),
        words => string.Join('_', words.Select(Words.Capital)),
        words => Words.Capital(string.Join(' ', words)),
    ];

    private static readonly string[] _measures = ["rate", "count", "size", "level", "value", "score", "total", "cost", "time"];

    private static readonly string[] _labels = ["item", "thing", "person", "code", "place"];

    private static readonly string[] _topics = Resource.Lines("Words/schemas.txt");

    public static Table Make(Draw draw)
    {
        var parts = draw.Chance(0.5) ? Invented(draw) : draw.Pick(draw.Allowed(_topics)).Split(" | ");
        var rows = draw.Int(8, draw.Chance(0.2) ? 240 : 60);
        var style = draw.Pick(_styles);
        var entity = parts[1].Split(", ");
        var specs = parts[2..];
        if (draw.Chance(0.5))
        {
            var kept = specs.Where(spec => Named(spec, "label") || Named(spec, "cat") || draw.Chance(0.8)).ToArray();
            specs = [.. kept.Union(specs.Where(spec => Named(spec, "num")).Take(1))];
        }

        if (draw.Chance(0.3))
        {
            specs = draw.Sample(specs, specs.Length);
        }

        List<Column> columns = [.. specs.Select(spec => Make(draw, spec, style, rows))];
        if (draw.Chance(0.25))
        {
            var first = draw.Int(1, 2) == 1 ? 1 : 1000;
            string[] ids = [.. Enumerable.Range(first, rows).Select(id => $"{id}")];
            columns.Insert(0, new Column(style(["id"]), "id", Holds.Other, ids));
        }

        if (draw.Chance(0.12))
        {
            var numbers = Enumerable.Range(0, columns.Count).Where(at => columns[at].Holds == Holds.Number).ToArray();
            var at = numbers.Length > 0 ? draw.Pick(numbers) : 0;
            columns[at] = numbers.Length > 0 ? WithGaps(draw, columns[at]) : columns[at];
        }

        return new Table(FileName(draw, parts[0]), entity[0], entity[1], columns);
    }

    private static bool Named(string spec, string kind) => spec.Contains($"={kind} ", StringComparison.Ordinal);

    private static string FileName(Draw draw, string topic) => draw.Int(0, 5) switch
    {
        < 3 => $"{topic}.csv",
        3 => $"{topic}_{draw.Int(2015, 2026)}.csv",
        4 => $"{draw.Pick<string>(["my", "all", "new", "list_of", "export"])}_{topic}.csv",
        _ => draw.Pick<string>(["data.csv", "export.csv", "table.csv", "input.csv", "dataset.csv"]),
    };

    private static string[] Invented(Draw draw)
    {
        var nouns = draw.Words(Words.Nouns, 10);
        string Two(int at) => draw.Chance(0.5) ? nouns[at] : $"{nouns[at]} {draw.Pick<string>([.. _measures, nouns[at + 4]])}";
        string Category(int at)
        {
            var name = draw.Pick<string>([nouns[at], nouns[at] + " type", "type", "group", "kind", "class", "zone"]);
            var values = draw.Words(Words.Nouns, draw.Int(2, 6)).Select(word => draw.Chance(0.9) ? Words.Capital(word) : word);
            return $"{name}=cat {string.Join(", ", values)}";
        }

        string[] all =
        [
            $"{draw.Pick<string>(["name", "label", nouns[0]])}=label {draw.Pick(_labels)}",
            Category(1),
            $"{Two(2)}=int {draw.Int(0, 9)} {draw.Pick<int>([20, 100, 1000, 9000])}",
            $"{Two(3)}=num 0.5 {draw.Pick<int>([10, 50, 100, 900])} {draw.Int(1, 2)}",
            $"{Two(4)}=int 1 {draw.Pick<int>([10, 50, 500])}",
            .. draw.Chance(0.35)
                ? [$"{draw.Pick<string>(["day", nouns[9], nouns[9] + " date", nouns[9] + " day"])}=date"]
                : Array.Empty<string>(),
        ];
        return [Words.Plural(nouns[5]), $"{nouns[5]}, {Words.Plural(nouns[5])}", .. all.DistinctBy(spec => spec.Split('=')[0])];
    }

    // A spec is "unit price (USD)/price=num 2 200 2": words, a unit, another way to say it, then what it holds.
    private static Column Make(Draw draw, string spec, Func<string[], string> style, int rows)
    {
        var (names, holds) = (spec.Split('=')[0].Split('/'), spec.Split('=')[1].Split(' ', 2));
        var full = names[0].Split(" (");
        var unit = full.Length > 1 ? full[1].TrimEnd(')') : null;
        var name = style(full[0].Split(' '));
        if (unit is not null && draw.Chance(0.6))
        {
            name += name.Contains(' ') || char.IsUpper(name[0]) ? $" ({unit})" : $"_{unit.ToLowerInvariant()}";
        }

        var spoken = names.Length > 1 && draw.Chance(0.1) ? names[1] : full[0];
        return Fill(draw, new Column(name, spoken, Holds.Label, []), holds[0], holds.Length > 1 ? holds[1] : "", rows);
    }

    private static Column Fill(Draw draw, Column column, string kind, string arguments, int rows)
    {
        switch (kind)
        {
            case "label":
                return column with { Cells = Labels(draw, arguments, rows) };
            case "cat":
                var values = draw.Sample(arguments.Split(", "), draw.Int(2, 7));
                return column with { Holds = Holds.Category, Cells = Rows(() => draw.Pick(values)) };
            case "date":
                var start = new DateOnly(draw.Int(2018, 2025), draw.Int(1, 12), 1);
                var days = draw.Pick<int>([40, 90, 150]);
                return column with { Holds = Holds.Date, Cells = Rows(() => $"{start.AddDays(draw.Int(0, days)):yyyy-MM-dd}") };
            default:
                var range = arguments.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
                var decimals = kind == "num" ? (int)range[2] : 0;
                var numbers = Rows(() => draw.Number(range[0], range[1], decimals));
                return column with
                {
                    Holds = kind == "year" ? Holds.Other : Holds.Number,
                    Numbers = [.. numbers.Select(number => (double?)number)],
                    Cells = [.. numbers.Select(number => number.ToString($"F{decimals}", CultureInfo.InvariantCulture))],
                };
        }

        T[] Rows<T>(Func<T> cell) => [.. Enumerable.Range(0, rows).Select(_ => cell())];
    }

    private static Column WithGaps(Draw draw, Column column)
    {
        var rows = column.Cells.Length;
        var gone = draw.Sample(Enumerable.Range(1, rows - 1), draw.Int(1, Math.Max(1, rows / 8))).ToHashSet();
        return column with
        {
            Cells = [.. column.Cells.Select((cell, row) => gone.Contains(row) ? "" : cell)],
            Numbers = [.. column.Numbers.Select((number, row) => gone.Contains(row) ? null : number)],
        };
    }

    private static string[] Labels(Draw draw, string sort, int rows)
    {
        var seen = new HashSet<string>(rows);
        while (seen.Count < rows)
        {
            var label = Label(draw, sort);
            seen.Add(seen.Contains(label) ? $"{label} {draw.Int(2, 99)}" : label);
        }

        return [.. seen];
    }

    private static string Label(Draw draw, string sort)
    {
        string Noun() => draw.Word(Words.Nouns);
        string Adjective() => Words.Capital(draw.Word(Words.Adjectives));
        return sort switch
        {
            "person" when draw.Chance(0.7) => $"{draw.Word(Words.FirstNames)} {draw.Word(Words.LastNames)}",
            "person" => draw.Word(Words.FirstNames),
            "city" => draw.Word(Words.Cities),
            "code" when draw.Chance(0.4) => $"{(char)draw.Int('A', 'Z')}{(char)draw.Int('A', 'Z')}-{draw.Int(100, 9999)}",
            "code" => $"{(char)draw.Int('A', 'Z')}{(draw.Chance(0.5) ? $"{(char)draw.Int('A', 'Z')}" : "")}{draw.Int(10, 999)}",
            "title" when draw.Chance(0.5) => $"The {Adjective()} {Words.Capital(Noun())}",
            "title" => $"{Words.Capital(Noun())} of {Words.Capital(Noun())}",
            "address" => $"{draw.Int(1, 120)} {Words.Capital(Noun())} Street",
            "place" => $"{Adjective()} {Words.Capital(Noun())}",
            "thing" => Words.Capital(Noun()),
            _ => draw.Chance(0.6) ? $"{Adjective()} {Noun()}" : $"{Words.Capital(Noun())} {Noun()}",
        };
    }
}
