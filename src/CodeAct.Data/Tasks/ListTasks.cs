namespace CodeAct.Data.Tasks;

/// <summary>Questions about numbers that stand in the message; the code takes them out of <c>task</c>.</summary>
internal static class ListTasks
{
    private const string Found = "[float(x) if '.' in x else int(x) for x in re.findall(r'-?\\d+(?:\\.\\d+)?', task)]";

    private static readonly Wordings _frames = Wordings.Of("lists", "frames");

    private static readonly Func<IReadOnlyList<double>, double> _median = numbers =>
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    };

    public static Family Family { get; } = new("lists", 10,
    [
        Number("sum", "I take the numbers from the task and add them.",
            "round(sum(nums), 2)", "The sum is {out}.", numbers => numbers.Sum(), ("sum(", "total(")),
        Number("mean", "I take the numbers from the task and compute the mean.",
            "round(sum(nums) / len(nums), 2)", "The mean is {out}.", numbers => numbers.Average(), ("sum(nums)", "mean(nums)")),
        Number("median", "I sort the numbers from the task and take the middle.",
            "median(nums)", "The median is {out}.", _median, ("nums", "num"), "from statistics import median\n"),
        Number("max", "I take the numbers from the task and find the largest.",
            "max(nums)", "The largest is {out}.", numbers => numbers.Max(), ("max(nums)", "nums.max()")),
        Number("min", "I take the numbers from the task and find the smallest.",
            "min(nums)", "The smallest is {out}.", numbers => numbers.Min(), ("min(nums)", "nums.min()")),
        Number("range", "I subtract the smallest number from the largest.",
            "round(max(nums) - min(nums), 2)", "The range is {out}.", numbers =>
                numbers.Max() - numbers.Min(), ("nums)", "num)")),
        Number("product", "I multiply the numbers from the task.",
            "round(prod(nums), 2)", "The product is {out}.", numbers =>
                numbers.Aggregate((a, b) => a * b), ("nums", "number"), "from math import prod\n") with { Weight = 0.7 },
        Number("stdev", "I compute the sample standard deviation.",
            "round(stdev(nums), 2)", "The standard deviation is {out}.", Deviation, ("stdev(nums)", "nums.std()"),
                "from statistics import stdev\n"),
        Number("second", "I sort the numbers and take the second from the top.",
            "sorted(nums)[-2]", "The second largest is {out}.", numbers =>
                numbers.Order().ElementAt(numbers.Count - 2), ("sorted(nums)", "nums.sorted()")),
        Number("squares", "I square every number and add.",
            "round(sum(x * x for x in nums), 2)", "The sum of the squares is {out}.", numbers =>
                numbers.Sum(x => x * x), ("nums", "num")) with { Weight = 0.6 },
        Count("evens", "I count the even numbers.", "len([x for x in nums if x % 2 == 0])", "{out} numbers are even.",
            x => x % 2 == 0),
        Count("odds", "I count the odd numbers.", "len([x for x in nums if x % 2 == 1])", "{out} numbers are odd.",
            x => x % 2 == 1),
        Compare("above", ">", "above"),
        Compare("below", "<", "below"),
        Sorted("ascending", "I sort the numbers.", "sorted(nums)", false),
        Sorted("descending", "I sort the numbers, largest first.", "sorted(nums, reverse=True)", true),
    ]);

    private static Kind Number(
        string name, string thought, string expression, string answer,
        Func<IReadOnlyList<double>, double> truth, (string Right, string Wrong) slip, string import = "")
    {
        var wordings = Wordings.Combine(_frames, Wordings.Of("lists", name));
        return new Kind(name, draw =>
        {
            var numbers = Numbers(draw, name == "product" ? 4 : 9);
            var step = new Step(thought, $"import re\n{import}nums = {Found}\nprint({expression})");
            var text = wordings.Say(draw, new Slots { ["list"] = Written(draw, numbers) });
            var right = new NumbersTruth([truth(numbers)]);
            var turn = new DataTurn(text, [step], Expert.Say(answer), right) { Detours = Detours(step, slip) };
            return draw.Chance(0.12) ? new Content([turn, FollowUp(draw, numbers)]) : new Content(turn);
        });
    }

    // The list of the first message lives on in the interpreter.
    private static DataTurn FollowUp(Draw draw, IReadOnlyList<double> numbers)
    {
        var (phrase, expression, answer, value) = draw.Pick<(string, string, string, double)>(
        [
            ("sum|total|total sum", "round(sum(nums), 2)", "The sum is {out}.", numbers.Sum()),
            ("maximum|largest|biggest|max", "max(nums)", "The largest is {out}.", numbers.Max()),
            ("minimum|smallest|lowest|min", "min(nums)", "The smallest is {out}.", numbers.Min()),
            ("mean|average", "round(sum(nums) / len(nums), 2)", "The mean is {out}.", numbers.Average()),
        ]);
        return new DataTurn(
            Wordings.Of("lists", "follow-up").Say(draw, new Slots { ["what"] = draw.Pick(phrase.Split('|')) }),
                [new Step("The numbers are still in nums.", $"print({expression})")], Expert.Say(answer),
                new NumbersTruth([value]));
    }

    private static Kind Count(string name, string thought, string expression, string answer, Func<int, bool> counted)
    {
        var parsed = Wordings.Of("lists", name);
        return new Kind(name, draw =>
        {
            var numbers = Integers(draw, 1, 100, draw.Int(4, 9));
            var step = new Step(thought, $"import re\nnums = [int(x) for x in re.findall(r'\\d+', task)]\nprint({expression})");
            var text = parsed.Say(draw, new Slots { ["list"] = Written(draw, numbers) });
            return new Content(new DataTurn(text, [step], Expert.Say(answer),
                new NumbersTruth([numbers.Count(x => counted((int)x))]))
            {
                Detours =
                [
                    Expert.MissingImport(step),
                    Expert.WrongPart(step, "[int(x) for x in re.findall(r'\\d+', task)]", "re.findall(r'\\d+', task)",
                        "TypeError", "The numbers are still text. I convert them."),
                ],
            });
        });
    }

    private static Kind Compare(string name, string operation, string word)
    {
        var parsed = Wordings.Of("lists", name);
        return new Kind(name, draw =>
        {
            var numbers = Numbers(draw, 9);
            var limit = Math.Round(numbers.Average() + draw.Int(-3, 3));
            var text = parsed.Say(draw, new Slots { ["list"] = "{list}", ["limit"] = Draw.Text(limit) });
            var limitFirst = text.IndexOf(Draw.Text(limit), StringComparison.Ordinal) < text.IndexOf("{list}",
                StringComparison.Ordinal);
            text = text.Replace("{list}", Written(draw, numbers), StringComparison.Ordinal);
            var step = new Step(
                limitFirst ? "The first number is the limit, the others are the list."
                    : "The last number is the limit, the others are the list.",
                $"import re\n{(limitFirst ? "limit, *nums" : "*nums, limit")} = {Found}\n"
                + $"print(len([x for x in nums if x {operation} limit]))");
            var count = numbers.Count(x => operation == ">" ? x > limit : x < limit);
            return new Content(new DataTurn(text, [step], Expert.Say($"{{out}} numbers are {word} {Draw.Text(limit)}."),
                new NumbersTruth([count]))
            {
                Detours = Detours(step, ("limit]", "value]")),
            });
        })
        { Weight = 1.5 };
    }

    private static Kind Sorted(string name, string thought, string expression, bool descending)
    {
        var parsed = Wordings.Of("lists", name);
        return new Kind(name, draw =>
        {
            var numbers = Numbers(draw, 8);
            var step = new Step(thought, $"import re\nnums = {Found}\nprint({expression})");
            var text = parsed.Say(draw, new Slots { ["list"] = Written(draw, numbers) });
            double[] sorted = descending ? [.. numbers.OrderDescending()] : [.. numbers.Order()];
            return new Content(new DataTurn(text, [step], Expert.Say("Sorted: {out}"), new SequenceTruth(sorted))
            {
                Detours = Detours(step, ("nums", "numbers")),
            });
        });
    }

    private static IReadOnlyList<IReadOnlyList<Step>> Detours(Step step, (string Right, string Wrong) slip)
    {
        var attribute = slip.Wrong.StartsWith("nums.", StringComparison.Ordinal);
        var thought = attribute
            ? $"A list has no {slip.Wrong[5..^2]} method. I use {slip.Right.Split('(')[0]}."
            : $"{Name(slip.Wrong)} is not defined. I use {Name(slip.Right)}.";
        return
        [
            Expert.MissingImport(step),
            Expert.WrongLastLine(step, slip.Right, slip.Wrong, attribute ? "AttributeError" : "NameError", thought),
        ];
    }

    private static string Name(string code) => string.Concat(code.TakeWhile(char.IsLetter));

    private static double[] Numbers(Draw draw, int most)
    {
        var count = draw.Int(3, most);
        return draw.Int(0, 9) switch
        {
            < 4 => Integers(draw, 1, 100, count),
            < 6 => Integers(draw, 1, 20, count),
            6 => Integers(draw, -50, 50, count),
            7 => Integers(draw, 100, 2000, count),
            8 => [.. Enumerable.Range(0, count).Select(_ => draw.Number(0.5, 20, 1))],
            _ => [.. Enumerable.Range(0, count).Select(_ => draw.Number(1, 100, 2))],
        };
    }

    private static double[] Integers(Draw draw, int least, int most, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (double)draw.Int(least, most))];

    private static string Written(Draw draw, IReadOnlyList<double> numbers)
    {
        var texts = numbers.Select(Draw.Text).ToArray();
        return draw.Int(0, 9) switch
        {
            < 3 => $"[{string.Join(", ", texts)}]",
            < 6 => string.Join(", ", texts),
            6 => string.Join(' ', texts),
            7 => $"{string.Join(", ", texts[..^1])}, and {texts[^1]}",
            _ => $"{string.Join(", ", texts[..^1])} and {texts[^1]}",
        };
    }

    private static double Deviation(IReadOnlyList<double> numbers)
    {
        var mean = numbers.Average();
        return Math.Sqrt(numbers.Sum(x => (x - mean) * (x - mean)) / (numbers.Count - 1));
    }
}
