namespace CodeAct.Data.Tasks;

/// <summary>One question that can be asked about many tables.</summary>
/// <param name="Name">Also the heading of its wordings in <c>Wordings/csv.txt</c>.</param>
/// <param name="Needs">Columns that a table must have: L label, C category, N number, D date.</param>
/// <param name="Make">Draws the question about a table that has them.</param>
internal sealed record CsvQuestion(string Name, string Needs, Func<Draw, Table, Asked> Make)
{
    public double Weight { get; init; } = 1;

    public bool Fits(Table table) =>
        Needs.GroupBy(need => need).All(group => table.Of(HoldsOf(group.Key)).Count >= group.Count());

    public Asked Ask(Draw draw, Table table)
    {
        var asked = Make(draw, table);
        asked.Slots["rows"] = table.Rows;
        asked.Slots["row"] = table.Row;
        asked.Slots["file"] = table.FileName;
        return asked with { Wordings = Wordings.Of("csv", asked.Heading ?? Name) };
    }

    private static Holds HoldsOf(char need) => need switch
    {
        'L' => Holds.Label,
        'C' => Holds.Category,
        'N' => Holds.Number,
        _ => Holds.Date,
    };
}

/// <summary>A question about one table.</summary>
/// <param name="Slots">For its wording.</param>
/// <param name="Compute">The cell that finds the answer, with the table in <c>df</c>.</param>
/// <param name="Answer">Writes the answer from what that cell printed.</param>
/// <param name="Truth">What is right.</param>
internal sealed record Asked(Slots Slots, Step Compute, Func<string, string> Answer, Truth Truth)
{
    public string? Heading { get; init; }

    public Wordings Wordings { get; init; } = new([], []);

    public string Text(Draw draw, string inFile)
    {
        Slots["in"] = inFile;
        return Wordings.Say(draw, Slots);
    }
}

/// <summary>What pandas calls a figure of many numbers, what people call it, and what it is.</summary>
internal sealed record Statistic(string Method, string Word, string[] Spoken, string[] HeldOut, Func<double[], double> Of)
{
    public static Statistic[] All { get; } =
    [
        new("mean", "average", ["average", "average", "mean"], ["typical (mean)", "avg"], numbers => numbers.Average()),
        new("sum", "total", ["total", "sum of", "total", "overall"], ["combined", "summed"], numbers => numbers.Sum()),
        new("max", "highest", ["highest", "maximum", "largest", "max", "biggest", "greatest"], ["top", "peak"],
            numbers => numbers.Max()),
        new("min", "lowest", ["lowest", "minimum", "smallest", "min", "least"], ["bottom", "tiniest"], numbers => numbers.Min()),
        new("median", "median", ["median"], ["middle"], Median),
        new("std", "standard deviation of the", ["standard deviation of", "std of", "standard deviation of the"], ["std dev of"],
            Deviation),
    ];

    public string Said(Draw draw) => draw.Pick(draw.Split == Split.Wording && draw.Chance(0.4) ? HeldOut : Spoken);

    private static double Median(double[] numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Deviation(double[] numbers)
    {
        var mean = numbers.Average();
        return Math.Sqrt(numbers.Sum(x => (x - mean) * (x - mean)) / (numbers.Length - 1));
    }
}
