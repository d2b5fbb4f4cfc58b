using System.Globalization;

namespace CodeAct.Data.Tasks;

/// <summary>Conversion of units: the factors have to be known.</summary>
internal static class UnitTasks
{
    private static readonly Unit[][] _measures =
        [.. Resource.Lines("Words/units.txt").Select(line => line.Split(": ")[1].Split(';').Select(Unit.Parse).ToArray())];

    public static Family Family { get; } = new("units", 5,
    [
        new Kind("convert", Convert) { Weight = 4 },
        Temperature("celsius-fahrenheit", "x * 9 / 5 + 32", x => (x * 9 / 5) + 32,
            "{x} degrees Celsius are {out} degrees Fahrenheit."),
        Temperature("fahrenheit-celsius", "(x - 32) * 5 / 9", x => (x - 32) * 5 / 9,
            "{x} degrees Fahrenheit are {out} degrees Celsius."),
    ]);

    private static Content Convert(Draw draw)
    {
        var two = draw.Sample(draw.Pick(_measures), 2);
        var (from, to) = (two[0], two[1]);
        var x = Amount(draw);
        var (factor, divide) = from.Size >= to.Size ? (from.Size / to.Size, false) : (to.Size / from.Size, true);
        var written = Math.Round(factor, factor > 100 ? 3 : 6).ToString("0.######", CultureInfo.InvariantCulture);
        var rounded = double.Parse(written, CultureInfo.InvariantCulture);
        var truth = divide ? x / rounded : x * rounded;
        var digits = Math.Abs(truth) < 1 ? 5 : 2;
        var short_ = draw.Chance(0.4);
        var (fromName, toName) = short_ ? (from.Names[1], to.Names[1]) : (from.Names[0], to.Names[0]);
        var step = new Step(
            divide ? $"One of {toName} is {written} {fromName}." : $"One of {fromName} is {written} {toName}.",
            $"x = {Draw.Text(x)}\nprint(round(x {(divide ? "/" : "*")} {written}, {digits}))");
        var text = Wordings.Of("units", "convert").Say(draw,
            new Slots { ["x"] = Draw.Text(x), ["from"] = fromName, ["to"] = toName });
        return new Content(new DataTurn(text, [step], Expert.Say($"{Draw.Text(x)} {fromName} are {{out}} {toName}."),
            new NumbersTruth([Math.Round(truth, digits)]))
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

    private sealed record Unit(string[] Names, double Size)
    {
        public static Unit Parse(string text)
        {
            var parts = text.Split('=');
            return new Unit(parts[0].Split(',', StringSplitOptions.TrimEntries),
                double.Parse(parts[1], CultureInfo.InvariantCulture));
        }
    }
}
