namespace CodeAct.Data.Tasks;

/// <summary>Given some functions, call and compose them.</summary>
internal static class ToolTasks
{
    public static Family Family { get; } = new("tools", 12,
    [
        Make("lookup", (draw, tools) =>
        {
            var (lookup, at) = (draw.Pick(tools.Lookups), At(draw, tools));
            return new Asking(new Slots { ["attr"] = lookup.Attribute, ["name"] = tools.Names[at] }, $"I call {lookup.Function}.",
                $"x = {lookup.Function}({Quoted(tools, at)})\nprint(x)",
                    $"The {lookup.Attribute} of {tools.Names[at]} is {{out}}.", new NumbersTruth([lookup.Values[at]]));
        }),
        Make("converted", (draw, tools) =>
        {
            var (lookup, conversion, at) = (draw.Pick(tools.Lookups), draw.Pick(tools.Conversions), At(draw, tools));
            return new Asking(new Slots { ["attr"] = lookup.Attribute, ["name"] = tools.Names[at], ["with"] = conversion.Phrase },
                $"I call {lookup.Function}, then {conversion.Function}.",
                $"x = {lookup.Function}({Quoted(tools, at)})\ny = {conversion.Function}(x)\nprint(y)",
                $"The {lookup.Attribute} of {tools.Names[at]} {conversion.Phrase} is {{out}}.",
                    new NumbersTruth([conversion.Of(lookup.Values[at])]));
        }) with { Weight = 1.6 },
        Pair("together", "+", "I add both.", "Together it is {out}.", (x, y) => x + y),
        Pair("difference", "-", "I subtract.", "The difference is {out}.", (x, y) => x - y),
        Make("best", (draw, tools) => Best(draw, tools, named: false, converted: false)) with { Weight = 1.6 },
        Make("best-named", (draw, tools) => Best(draw, tools, named: true, converted: false)) with { Weight = 1.3 },
        Make("best-converted", (draw, tools) => Best(draw, tools, draw.Chance(0.3), converted: true)) with { Weight = 1.3 },
        Make("total", (draw, tools) =>
        {
            var lookup = draw.Pick(tools.Lookups);
            return new Asking(new Slots { ["attr"] = lookup.Attribute }, $"I add {lookup.Function} for all.",
                $"values = [{lookup.Function}(n) for n in {tools.List}()]\nprint(round(sum(values), 2))",
                $"The total {lookup.Attribute} is {{out}}.", new NumbersTruth([lookup.Values.Sum()]));
        }),
        Make("average", (draw, tools) =>
        {
            var lookup = draw.Pick(tools.Lookups);
            return new Asking(new Slots { ["attr"] = lookup.Attribute }, $"I average {lookup.Function} over all.",
                $"values = [{lookup.Function}(n) for n in {tools.List}()]\nprint(round(sum(values) / len(values), 2))",
                $"The average {lookup.Attribute} is {{out}}.", new NumbersTruth([lookup.Values.Average()]));
        }),
        Make("count", (draw, tools) =>
        {
            var (lookup, above) = (draw.Pick(tools.Lookups), draw.Chance(0.6));
            var limit = Math.Round(lookup.Values.Average());
            return new Asking(
                new Slots
                {
                    ["attr"] = lookup.Attribute, ["limit"] = Draw.Text(limit),
                    ["above"] = draw.Pick<string>(above ? ["above", "over", "greater than", "more than"] : ["below", "under",
                        "less than"]),
                },
                $"I count where {lookup.Function} is {(above ? "above" : "below")} {Draw.Text(limit)}.",
                $"print(len([n for n in {tools.List}() if {lookup.Function}(n) {(above ? ">" : "<")} {Draw.Text(limit)}]))",
                $"{{out}} {Words.Plural(tools.Entity)}.",
                    new NumbersTruth([lookup.Values.Count(value => above ? value > limit : value < limit)]));
        }),
    ]);

    private static Kind Make(string name, Func<Draw, ToolSet, Asking> ask) => new(name, draw =>
    {
        var tools = ToolSet.Make(draw);
        var asking = ask(draw, tools);
        asking.Slots["entity"] = tools.Entity;
        asking.Slots["entities"] = Words.Plural(tools.Entity);
        var step = new Step(asking.Thought, asking.Code);
        var text = Wordings.Of("tools", asking.Heading ?? name).Say(draw, asking.Slots);
        return new Content(new DataTurn($"{text}\nFunctions:\n{tools.Signatures(draw, asking.Code)}", [step],
            Expert.Say(asking.Answer), asking.Truth)
        {
            Detours = Detours(draw, tools, step),
        })
        {
            Setup = tools.Definitions(),
        };
    });

    private static Kind Pair(string name, string sign, string thought, string answer, Func<double, double, double> truth) =>
        Make(name, (draw, tools) =>
    {
        var lookup = draw.Pick(tools.Lookups);
        var two = draw.Sample(Enumerable.Range(0, tools.Names.Count), 2);
        return new Asking(new Slots
        {
            ["attr"] = lookup.Attribute,
            ["name"] = tools.Names[two[0]],
            ["other"] = tools.Names[two[1]]
        }, $"I call {lookup.Function} twice. {thought}",
            $"x = {lookup.Function}({Quoted(tools, two[0])})\ny = {lookup.Function}({Quoted(tools, two[1])})\n"
            + $"print(round(x {sign} y, 2))",
            answer, new NumbersTruth([truth(lookup.Values[two[0]], lookup.Values[two[1]])]));
    });

    private static Asking Best(Draw draw, ToolSet tools, bool named, bool converted)
    {
        var (lookup, conversion, most) = (draw.Pick(tools.Lookups), draw.Pick(tools.Conversions), draw.Chance(0.5));
        var candidates = draw.Sample(Enumerable.Range(0, tools.Names.Count), named ? draw.Int(2, 4) : tools.Names.Count);
        double Value(int at) => converted ? conversion.Of(lookup.Values[at]) : lookup.Values[at];
        var best = most ? candidates.MaxBy(Value) : candidates.MinBy(Value);
        var names = candidates.Select(at => tools.Names[at]).ToArray();
        var from = named ? PythonLiteral.List(names) : $"{tools.List}()";
        var call = $"{lookup.Function}(n)";
        var code = converted
            ? $"values = {{}}\nfor n in {from}:\n    x = {call}\n    values[n] = {conversion.Function}(x)"
            : $"values = {{n: {call} for n in {from}}}";
        return new Asking(
            new Slots
            {
                ["attr"] = lookup.Attribute,
                ["with"] = conversion.Phrase,
                ["names"] = $"{string.Join(", ", names[..^1])} {draw.Pick<string>(["and", "or"])} {names[^1]}",
                ["most"] = draw.Pick<string>(most ? ["highest", "largest", "greatest", "most"] : ["lowest", "smallest", "least"]),
                ["maybe"] = converted ? $" {conversion.Phrase}" : "",
            },
            $"I call {lookup.Function}{(converted ? $" and {conversion.Function}" : "")} for each "
            + $"and take the {(most ? "largest" : "smallest")}.",
            $"{code}\nbest = {(most ? "max" : "min")}(values, key=values.get)\nprint(best, values[best])",
            $"It is {{out}}.", new AllTruth([new TextsTruth([tools.Names[best]]), new NumbersTruth([Value(best)])]))
        {
            Heading = converted && named ? "best-named-converted" : null,
        };
    }

    private static List<IReadOnlyList<Step>> Detours(Draw draw, ToolSet tools, Step step)
    {
        List<IReadOnlyList<Step>> detours = [];
        var functions = tools.Lookups.Select(lookup => lookup.Function).Append(tools.List);
        foreach (var function in functions.Where(function => step.Code.Contains(function + "(", StringComparison.Ordinal)))
        {
            var wrong = function.Contains('_')
                ? draw.Pick<string>([$"{function.Replace("_", "", StringComparison.Ordinal)}",
                function[(function.IndexOf('_') + 1)..] + "_value", "fetch_" + function.Split('_')[^1]]) : function + "s";
            detours.Add(Expert.WrongPart(step, function + "(", wrong + "(", "NameError",
                $"There is no {wrong}. The function is {function}."));
        }

        if (tools.Lookups.FirstOrDefault(lookup => step.Code.Contains($"{lookup.Function}('",
            StringComparison.Ordinal)) is { } called)
        {
            detours.Add(Expert.WrongPart(step, $"{called.Function}(", $"{called.Function}(name=", "TypeError",
                $"The argument is called {tools.Entity}. I leave its name out."));
        }

        return detours;
    }

    private static int At(Draw draw, ToolSet tools) => draw.Int(0, tools.Names.Count - 1);

    private static string Quoted(ToolSet tools, int at) => PythonLiteral.Quote(tools.Names[at]);

    private sealed record Asking(Slots Slots, string Thought, string Code, string Answer, Truth Truth)
    {
        public string? Heading { get; init; }
    }
}
