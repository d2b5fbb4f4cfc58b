namespace CodeAct.Data.Tasks;

/// <summary>Questions about a CSV file: look at it, compute with the columns that were seen, answer.</summary>
internal static class CsvTasks
{
    private const string Load = "import pandas as pd\ndf = pd.read_csv(files[0])\n";

    /// <summary>Shows the names of the columns as code has to write them, each with an example.</summary>
    private const string Show = "print(df.iloc[0].to_dict())";

    private static readonly (string Right, string Wrong)[] _methods =
    [
        (".mean()", ".average()"), (".sum()", ".total()"), (".max()", ".maximum()"), (".min()", ".minimum()"),
            (".median()", ".middle()"),
        (".std()", ".stdev()"), (".nunique()", ".count_unique()"), (".value_counts()", ".count_values()"),
            (".corr(", ".correlation("),
        (".nlargest(", ".largest("), (".nsmallest(", ".smallest("), (".isna()", ".is_missing()"), (".groupby(", ".group_by("),
    ];

    public static Family Family { get; } = new("csv", 36,
        [.. CsvQuestions.All.Select(Kind), new Kind("columns", Columns) { Weight = 0.6 }]);

    /// <summary>The first look at a file, and the same with other thoughts about it.</summary>
    public static Step Look { get; } = new("I look at the file first.", Load + Show);

    public static string InFile(Draw draw, Table table) => draw.Int(0, 9) switch
    {
        < 4 => "",
        4 or 5 => $" in {table.FileName}",
        6 => " in the file",
        7 => " in this file",
        8 => draw.Pick<string>([" in the data", " in the table", " in the dataset", " in this data"]),
        _ => $" in the file {table.FileName}",
    };

    private static Kind Kind(CsvQuestion question) => new(question.Name, draw =>
    {
        var (table, asked) = Ask(draw, question);
        List<DataTurn> turns = [First(draw, table, asked)];
        for (var more = draw.Chance(0.2) ? draw.Int(1, 2) : 0; more > 0; more--)
        {
            var next = draw.Pick(CsvQuestions.All, other => other.Weight);
            if (next.Fits(table))
            {
                turns.Add(Next(draw, table, next.Ask(draw, table)));
            }
        }

        return new Content(turns) { Files = [table.File] };
    })
    { Weight = question.Weight };

    private static (Table Table, Asked Asked) Ask(Draw draw, CsvQuestion question)
    {
        while (true)
        {
            var table = Tables.Make(draw);
            if (question.Fits(table))
            {
                return (table, question.Ask(draw, table));
            }
        }
    }

    private static DataTurn First(Draw draw, Table table, Asked asked)
    {
        var text = asked.Text(draw, InFile(draw, table));
        return new DataTurn(text, [Look, asked.Compute], asked.Answer, asked.Truth) { Detours = Detours(draw, table, asked) };
    }

    // The table is still in df, so there is nothing to look at again.
    private static DataTurn Next(Draw draw, Table table, Asked asked) =>
        new(draw.Chance(0.2) ? $"And {Lower(asked.Text(draw, ""))}" : asked.Text(draw,
            draw.Chance(0.2) ? InFile(draw, table) : ""),
            [asked.Compute], asked.Answer, asked.Truth)
        {
            Detours = WrongMethod(asked.Compute) is { } detour ? [detour] : [],
        };

    private static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];

    private static List<IReadOnlyList<Step>> Detours(Draw draw, Table table, Asked asked)
    {
        List<IReadOnlyList<Step>> detours =
        [
            [.. Expert.MissingImport(Look), asked.Compute],
            [
                Look with { Code = Look.Code.Replace("files[0]",
                    PythonLiteral.Quote(draw.Pick<string>(["file.csv", "input.txt", "my_data.csv"])),
                    StringComparison.Ordinal), Raises = "FileNotFoundError" },
                new Step("There is no such file. The name is in files[0].", Look.Code), asked.Compute,
            ],
        ];
        foreach (var column in table.Columns.Where(column => asked.Compute.Code.Contains($"[{column.Quoted}]",
            StringComparison.Ordinal)))
        {
            var guess = PythonLiteral.Quote(Misspelt(draw, column));
            var thought = $"There is no column {guess}.";
            var guessed = asked.Compute.Code.Replace($"[{column.Quoted}]", $"[{guess}]", StringComparison.Ordinal);
            detours.Add([asked.Compute with { Code = Load + guessed, Raises = "KeyError" },
                new Step($"{thought} I look at the columns.", Show), asked.Compute]);
            detours.Add([Look, asked.Compute with { Code = guessed, Raises = "KeyError" },
                new Step($"{thought} It is {column.Quoted}.", asked.Compute.Code)]);
        }

        if (WrongMethod(asked.Compute) is { } wrong)
        {
            detours.Add([Look, .. wrong]);
        }

        return detours;
    }

    private static IReadOnlyList<Step>? WrongMethod(Step step)
    {
        var (right, wrong) = _methods.FirstOrDefault(method => step.Code.Contains(method.Right, StringComparison.Ordinal));
        return right is null
            ? null
            : Expert.WrongPart(step, right, wrong, "AttributeError",
                $"There is no {wrong.Trim('.', '(', ')')}. The method is {right.Trim('.', '(', ')')}.");
    }

    // What one writes who has not looked: another case, another separator, or the spoken word. Or who copies badly: half a name.
    private static string Misspelt(Draw draw, Column column)
    {
        if (draw.Chance(0.3))
        {
            var start = column.Name[..draw.Int(1, column.Name.Length)];
            var mixed = draw.Chance(0.5) ? start + draw.Word(Words.Nouns)[^2..] : draw.Word(Words.Nouns);
            return mixed == column.Name ? mixed + "s" : mixed;
        }

        var words = column.Spoken.Split(' ');
        string[] guesses = [string.Join('_', words), string.Join(' ', words.Select(Words.Capital)), column.Spoken,
            column.Name.ToLowerInvariant(), column.Name.ToUpperInvariant()];
        var wrong = guesses.Where(guess => guess != column.Name).ToArray();
        return wrong.Length > 0 ? draw.Pick(wrong) : column.Name + "s";
    }

    private static Content Columns(Draw draw)
    {
        var table = Tables.Make(draw);
        var text = Wordings.Of("csv", "columns").Say(draw, new Slots { ["in"] = InFile(draw, table), ["file"] = table.FileName });
        var names = table.Columns.Select(column => column.Name).ToArray();
        var step = new Step("I list the columns.", Load + "print(list(df.columns))");
        return new Content(new DataTurn(text, [step], Expert.Lines("The columns are"),
            new TextsTruth(names))
        { Detours = [Expert.MissingImport(step)] })
        {
            Files = [table.File],
        };
    }
}
