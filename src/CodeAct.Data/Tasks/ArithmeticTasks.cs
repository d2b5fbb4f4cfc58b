namespace CodeAct.Data.Tasks;

/// <summary>Sums in words: the numbers have to be put into the right places.</summary>
internal static class ArithmeticTasks
{
    public static Family Family { get; } = new("arithmetic", 15,
    [
        Problem("percent-of", draw => (draw.Int(1, 95), Round(draw, 20, 2000), 0), "{b} * {a} / 100", (a, b, _) => b * a / 100,
            "{a} percent of {b} is {out}.", 2),
        Problem("what-percent", draw => (draw.Int(2, 90), draw.Int(100, 500), 0), "{a} / {b} * 100", (a, b, _) => a / b * 100,
            "It is {out} percent."),
        Problem("increase", draw => (Round(draw, 20, 2000), draw.Int(2, 60), 0), "{a} * (1 + {b} / 100)",
            (a, b, _) => a * (1 + (b / 100)), "The result is {out}."),
        Problem("discount", draw => (Money(draw, 10, 900), draw.Int(1, 14) * 5, 0), "{a} * (1 - {b} / 100)",
            (a, b, _) => a * (1 - (b / 100)), "It costs {out}.", 1.3),
        Problem("change-percent", draw => (draw.Int(20, 300), draw.Int(20, 300), 0), "({b} - {a}) / {a} * 100",
            (a, b, _) => (b - a) / a * 100, "The change is {out} percent."),
        Problem("tip", draw => (Money(draw, 15, 200), draw.Pick<int>([10, 12, 15, 18, 20]), draw.Int(2, 8)),
            "{a} * (1 + {b} / 100) / {c}",
            (a, b, c) => a * (1 + (b / 100)) / c, "Each person pays {out}."),
        Problem("speed", draw => (draw.Int(40, 900), draw.Int(2, 9), 0), "{a} / {b}", (a, b, _) => a / b,
            "The average speed is {out} km/h."),
        Problem("distance", draw => (draw.Int(20, 130), draw.Int(2, 12), 0), "{a} * {b}", (a, b, _) => a * b,
            "The distance is {out} km."),
        Problem("duration", draw => (draw.Int(60, 900), draw.Int(20, 130), 0), "{a} / {b}", (a, b, _) => a / b,
            "It takes {out} hours."),
        Problem("cost", draw => (draw.Int(2, 30), Money(draw, 1, 40), 0), "{a} * {b}", (a, b, _) => a * b, "The total is {out}.",
            1.5),
        Problem("two-costs", draw => (draw.Int(2, 9), draw.Int(2, 20), draw.Int(2, 9)), "{a} * {b} + {c} * {d}", null,
            "The total is {out}."),
        Problem("change", draw => (draw.Int(2, 9), Money(draw, 1, 9), draw.Pick<int>([20, 50, 100])), "{c} - {a} * {b}",
            (a, b, c) => c - (a * b), "The change is {out}."),
        Problem("left", draw => (draw.Int(40, 200), draw.Int(3, 20), draw.Int(3, 18)), "{a} - {b} - {c}", (a, b, c) => a - b - c,
            "{out} are left.", 1.5),
        Problem("share", draw => (draw.Int(20, 500), draw.Int(2, 12), 0), "{a} / {b}", (a, b, _) => a / b, "Each one gets {out}.",
            1.2),
        Problem("earn", draw => (draw.Int(9, 60), draw.Int(3, 10), draw.Int(2, 25)), "{a} * {b} * {c}", (a, b, c) => a * b * c,
            "The pay is {out}."),
        Problem("rectangle", draw => (draw.Int(2, 90), draw.Int(2, 90), 0), "{a} * {b}", (a, b, _) => a * b,
            "The area is {out}."),
        Problem("perimeter", draw => (draw.Int(2, 90), draw.Int(2, 90), 0), "2 * ({a} + {b})", (a, b, _) => 2 * (a + b),
            "The perimeter is {out}."),
        Problem("circle", draw => (draw.Int(1, 50), 0, 0), "pi * {a} ** 2", (a, _, _) => Math.PI * a * a, "The area is {out}.",
            import: "from math import pi\n"),
        Problem("triangle", draw => (draw.Int(3, 40), draw.Int(3, 40), 0), "sqrt({a} ** 2 + {b} ** 2)",
            (a, b, _) => Math.Sqrt((a * a) + (b * b)),
            "The hypotenuse is {out}.", import: "from math import sqrt\n"),
        Problem("simple-interest", draw => (draw.Int(2, 90) * 100, draw.Int(1, 12), draw.Int(2, 15)), "{a} * {b} / 100 * {c}",
            (a, b, c) => a * b / 100 * c, "The interest is {out}."),
        Problem("compound", draw => (draw.Int(2, 90) * 100, draw.Int(1, 12), draw.Int(2, 15)), "{a} * (1 + {b} / 100) ** {c}",
            (a, b, c) => a * Math.Pow(1 + (b / 100), c), "It grows to {out}.", 1.2),
        Problem("average-two", draw => (draw.Int(1, 200), draw.Int(1, 200), draw.Int(1, 200)), "({a} + {b} + {c}) / 3",
            (a, b, c) => (a + b + c) / 3, "The average is {out}."),
        Problem("power", draw => (draw.Int(2, 12), draw.Int(2, 8), 0), "{a} ** {b}", (a, b, _) => Math.Pow(a, b),
            "The result is {out}.", 1.5),
        Problem("root", draw => (draw.Chance(0.5) ? Square(draw.Int(2, 60)) : draw.Int(2, 3000), 0, 0), "sqrt({a})",
            (a, _, _) => Math.Sqrt(a),
            "The square root is {out}.", 1.3, "from math import sqrt\n"),
        Problem("plus", draw => (Operand(draw), Operand(draw), 0), "{a} + {b}", (a, b, _) => a + b, "The result is {out}.", 1.5),
        Problem("minus", draw => (Operand(draw), Operand(draw), 0), "{a} - {b}", (a, b, _) => a - b, "The result is {out}.", 1.3),
        Problem("times", draw => (Operand(draw), draw.Int(2, 400), 0), "{a} * {b}", (a, b, _) => a * b, "The result is {out}.",
            1.8),
        Problem("divided", draw => (Operand(draw), draw.Int(2, 60), 0), "{a} / {b}", (a, b, _) => a / b, "The result is {out}.",
            1.5),
        Problem("remainder", draw => (draw.Int(20, 5000), draw.Int(2, 60), 0), "{a} % {b}", (a, b, _) => a % b,
            "The remainder is {out}."),
        Problem("plus-times", draw => (draw.Int(2, 90), draw.Int(2, 40), draw.Int(2, 40)), "{a} + {b} * {c}",
            (a, b, c) => a + (b * c), "The result is {out}."),
        Problem("bracket-times", draw => (draw.Int(2, 90), draw.Int(2, 90), draw.Int(2, 40)), "({a} + {b}) * {c}",
            (a, b, c) => (a + b) * c, "The result is {out}."),
    ]);

    private static Kind Problem(
        string name, Func<Draw, (double A, double B, double C)> numbers, string formula, Func<double, double, double,
            double>? truth, string answer,
        double weight = 1, string import = "") => new(name, draw =>
    {
        var (a, b, c) = numbers(draw);
        var d = draw.Int(2, 20);
        var result = truth is null ? (a * b) + (c * d) : truth(a, b, c);
        var values = new Slots { ["a"] = Draw.Text(a), ["b"] = Draw.Text(b), ["c"] = Draw.Text(c), ["d"] = $"{d}" };
        var slots = new Slots
        {
            ["a"] = Written(draw, a),
            ["b"] = Written(draw, b),
            ["c"] = Written(draw, c),
            ["d"] = $"{d}",
            ["name"] = draw.Word(Words.FirstNames),
            ["thing"] = Words.Plural(draw.Word(Words.Nouns).ToLowerInvariant()),
            ["other"] = Words.Plural(draw.Word(Words.Nouns).ToLowerInvariant()),
            ["cur"] = draw.Pick<string>(["dollars", "euros", "pounds", "EUR", "USD"]),
        };
        var expression = values.Fill(formula);
        var step = new Step("I compute it.", $"{import}print(round({expression}, 2))");
        return new Content(new DataTurn(Wordings.Of("arithmetic", name).Say(draw, slots), [step], Expert.Say(values.Fill(answer)),
            new NumbersTruth([result]))
        {
            Detours = import.Length > 0
                ? [Expert.MissingImport(step)]
                : [Expert.WrongPart(step, "round(", "rounded(", "NameError", "There is no rounded. I use round.")],
        });
    })
        { Weight = weight };

    // Large numbers are sometimes written with a comma.
    private static string Written(Draw draw, double number) =>
        number >= 1000 && number % 1 == 0 && draw.Chance(0.3)
            ? number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture) : Draw.Text(number);

    private static double Money(Draw draw, int least, int most) =>
        draw.Chance(0.4) ? draw.Int(least, most) : draw.Number(least, most, 2);

    private static double Round(Draw draw, int least, int most) =>
        draw.Chance(0.5) ? draw.Int(least / 10, most / 10) * 10 : draw.Int(least, most);

    private static double Operand(Draw draw) => draw.Int(0, 4) switch
    {
        0 => draw.Int(1, 20),
        1 => draw.Int(100, 9999),
        2 => draw.Number(0.1, 100, 2),
        3 => draw.Number(0.1, 100, 1),
        _ => draw.Int(10, 999),
    };

    private static double Square(int number) => number * number;
}
