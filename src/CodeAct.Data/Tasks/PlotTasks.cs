namespace CodeAct.Data.Tasks;

/// <summary>Pictures drawn from a table or from numbers in the message; the answer names the file.</summary>
internal static class PlotTasks
{
    private const string Save = "plt.savefig('plot.png', bbox_inches='tight')\nplt.close()";

    public static Family Family { get; } = new("plots", 6,
    [
        FromTable("bar-per-group", draw => (Holds.Category, draw.Chance(0.5)),
            (x, y, total) => $"df.groupby({x})[{y}].{(total ? "sum" : "mean")}().plot.bar()") with { Weight = 2 },
        FromTable("count-bar", _ => (Holds.Category, false), (x, _, _) => $"df[{x}].value_counts().plot.bar()"),
        FromTable("histogram", _ => (Holds.Number, false), (_, y, _) => $"df[{y}].plot.hist()") with { Weight = 1.3 },
        FromTable("scatter", _ => (Holds.Number, true), (x, y, _) => $"df.plot.scatter({x}, {y})") with { Weight = 1.3 },
        FromTable("line", _ => (Holds.Date, false), (x, y, _) => $"df.sort_values({x}).plot.line({x}, {y})"),
        new Kind("list", draw =>
        {
            var shape = draw.Pick<(string Word, string Call)>([("line", "plot"), ("line", "plot"), ("bar", "bar")]);
            var numbers = string.Join(", ", Enumerable.Range(0, draw.Int(4, 9)).Select(_ => draw.Int(1, 60)));
            var step = new Step(
                "I take the numbers from the task and draw them.",
                "import re\nimport matplotlib.pyplot as plt\nnums = [int(x) for x in re.findall(r'\\d+', task)]\n"
                + (shape.Call == "bar" ? "plt.bar(range(len(nums)), nums)\n" : "plt.plot(nums)\n") + Save);
            var text = Wordings.Of("plots", "list").Say(draw,
                new Slots { ["shape"] = shape.Word, ["list"] = draw.Chance(0.5) ? $"[{numbers}]" : numbers });
            return new Content(new DataTurn(text, [step], Expert.Say("The chart is saved as plot.png."),
                new FileTruth("plot.png")) { Detours = [Expert.MissingImport(step)] });
        }),
    ]);

    private static Kind FromTable(string name, Func<Draw, (Holds X, bool Flag)> choose, Func<string, string, bool,
        string> draws) => new(name, draw =>
    {
        var (holds, flag) = choose(draw);
        var table = Tables.Make(draw);
        while (table.Of(holds).Count == 0 || table.Of(Holds.Number).Count < 2)
        {
            table = Tables.Make(draw);
        }

        var x = draw.Pick(table.Of(holds));
        var y = draw.Pick(table.Of(Holds.Number).Where(column => column != x).ToArray());
        var text = Wordings.Of("plots", name).Say(draw, new Slots
        {
            ["x"] = x.Spoken,
            ["y"] = y.Spoken,
            ["figure"] = flag ? "total" : "average",
            ["rows"] = table.Rows,
            ["file"] = table.FileName,
            ["in"] = CsvTasks.InFile(draw, table),
        });
        var thought = name switch
        {
            "histogram" => $"I draw {y.Quoted}.",
            "count-bar" => $"I draw the counts of {x.Quoted}.",
            _ => $"I draw {y.Quoted} by {x.Quoted}.",
        };
        var step = new Step(thought, $"import matplotlib.pyplot as plt\n{draws(x.Quoted, y.Quoted, flag)}\n{Save}");
        IReadOnlyList<Step> forgotten = [CsvTasks.Look, .. Expert.MissingImport(step)];
        return new Content(new DataTurn(text, [CsvTasks.Look, step], Expert.Say("The chart is saved as plot.png."),
            new FileTruth("plot.png"))
        { Detours = [forgotten] })
        {
            Files = [table.File],
        };
    });
}
