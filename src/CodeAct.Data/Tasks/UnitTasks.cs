using System.Globalization;

namespace CodeAct.Data.Tasks;

/// <summary>Conversion of units: the factors have to be known.</summary>
internal static class UnitTasks
{
    private static readonly Unit[][] _measures =
        [.. Resource.Lines("Words/units.txt").Select(line => line.Split(": ")[1].Split(';').Select(Unit.Parse).ToArray())];

    public static Family Family { get; } = new("units", 6,
    [
        new Kind("convert", Convert) { Weight = 4 },
        Temperature("celsius-fahrenheit", "x * 9 / 5 + 32", x => (x * 9 / 5) + 32,
            "{x} degrees Celsius are {out} degrees Fahrenheit."),
        Temperature("fahrenheit-celsius", "(x - 32) * 5 / 9", x => (x - 32) * 5 / 9,
            "{x} degrees Fahrenheit are {out} degrees Celsius."),
    ]);

    // The size of each unit in one base unit, so that there is one fact a unit to know and not one a pair.
    private static Content Convert(Draw draw)
    {
        var two = draw.Sample(draw.Pick(_measures), 2);
        var (from, to, x) = (two[0], two[1], Amount(draw));
        var truth = x * from.Size / to.Size;
        if (truth is < 0.05 or > 1e7)
        {
            return Convert(draw);
        }

        var name = draw.Pick<int>([0, 0, 0, 1, 1, 2]);
        var (fromName, toName) = (from.Names[name], to.Names[draw.Chance(0.8) ? name : draw.Int(0, 2)]);
        var step = new Step(
            $"One {from.Names[^1]} is {from.Written}, one {to.Names[^1]} is {to.Written}.",
            $"x = {Draw.Text(x)}\nprint(round(x * {from.Written} / {to.Written}, 4))");
        var text = Wordings.Of("units", "convert").Say(draw,
            new Slots { ["x"] = Draw.Text(x), ["from"] = fromName, ["to"] = toName });
        return new Content(new DataTurn(text, [step], Expert.Say($"{Draw.Text(x)} {fromName} are {{out}} {toName}."),
            new NumbersTruth([Math.Round(truth, 4)]))
        {
            Detours = [Slip(step)],
        });
    }

    private static Kind Temperature(string name, string formula, Func<double, double> truth, string answer) => new(name, draw =>
    {
        var x = draw.Chance(0.7) ? draw.Int(-40, 230) : draw.Number(-20, 110, 1);
        var step = new Step("I use the formula.", $"x = {Draw.Text(x)}\nprint(round({formula}, 2))");
        var text = Wordings.Of("units", name).Say(draw, new Slots { ["x"] = Draw.Text(x) });
        return new Content(new DataTurn(
            text, [step], Expert.Say(answer.Replace("{x}", Draw.Text(x), StringComparison.Ordinal)), new NumbersTruth([truth(x)]))
        { Detours = [Slip(step)] });
    });

    private static IReadOnlyList<Step> Slip(Step step) =>
        Expert.WrongLastLine(step, "round(", "rounded(", "NameError", "There is no rounded. I use round.");

    private static double Amount(Draw draw) => draw.Int(0, 3) switch
    {
        0 => draw.Int(1, 20),
        1 => draw.Int(1, 500),
        2 => draw.Number(0.5, 100, 1),
        _ => draw.Int(1, 50) * 10,
    };

    // "miles, mi, mile = 1609.344": as a sum is asked for, in short, as one of them; then the size.
    private sealed record Unit(string[] Names, string Written)
    {
        public double Size { get; } = double.Parse(Written, CultureInfo.InvariantCulture);

        public static Unit Parse(string text)
        {
            var parts = text.Split('=', StringSplitOptions.TrimEntries);
            return new Unit(parts[0].Split(',', StringSplitOptions.TrimEntries), parts[1]);
        }
    }
}
