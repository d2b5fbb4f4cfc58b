using System.Globalization;

namespace CodeAct.Data.Tasks;

/// <summary>Questions about days of the calendar.</summary>
internal static class DateTasks
{
    private static readonly string[] _months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];

    public static Family Family { get; } = new("dates", 6,
    [
        Make("between", 2, "I parse both dates and subtract.", "abs((b - a).days)", "There are {out} days between them.",
            days => new NumbersTruth([Math.Abs(days[1].DayNumber - days[0].DayNumber)])),
        Make("weekday", 1, "I parse the date and print the weekday.", "a.strftime('%A')", "It is a {out}.",
            days => new TextsTruth([$"{days[0].DayOfWeek}"])) with { Weight = 1.5 },
        Make("day-of-year", 1, "I parse the date and print the day of the year.", "a.timetuple().tm_yday",
            "It is day {out} of the year.",
            days => new NumbersTruth([days[0].DayOfYear])) with { Weight = 0.6 },
        Make("weeks-between", 2, "I parse both dates and divide the days by 7.", "round(abs((b - a).days) / 7, 2)",
            "There are {out} weeks between them.",
            days => new NumbersTruth([Math.Abs(days[1].DayNumber - days[0].DayNumber) / 7.0])) with { Weight = 0.6 },
        Make("plus-days", 1, "I parse the date and add the days.", "(a + timedelta(days={n})).date()", "It is {out}.",
            days => new TextsTruth([Iso(days[1])]), +1) with { Weight = 1.3 },
        Make("minus-days", 1, "I parse the date and subtract the days.", "(a - timedelta(days={n})).date()", "It was {out}.",
            days => new TextsTruth([Iso(days[1])]), -1),
        new Kind("leap-year", draw =>
        {
            var year = draw.Chance(0.5) ? draw.Int(450, 600) * 4 : draw.Int(1700, 2400);
            return Simple(draw, "leap-year", new Slots { ["n"] = $"{year}" },
                new Step("I ask the calendar.", $"import calendar\nprint(calendar.isleap({year}))"),
                Expert.Verdict($"{year} is a leap year", $"{year} is not a leap year"),
                    new VerdictTruth(DateTime.IsLeapYear(year)));
        }),
        new Kind("days-in-month", draw =>
        {
            var (year, month) = (draw.Int(1900, 2100), draw.Int(1, 12));
            return Simple(draw, "days-in-month", new Slots { ["n"] = $"{year}", ["month"] = _months[month - 1] },
                new Step($"{_months[month - 1]} is month {month}.",
                    $"import calendar\nprint(calendar.monthrange({year}, {month})[1])"),
                Expert.Say($"{_months[month - 1]} {year} has {{out}} days."),
                    new NumbersTruth([DateTime.DaysInMonth(year, month)]));
        }),
    ]);

    private static Kind Make(
        string name, int count, string thought, string expression, string answer, Func<DateOnly[], Truth> truth,
            int shift = 0) => new(name, draw =>
    {
        var start = new DateOnly(draw.Int(1900, 2060), 1, 1).AddDays(draw.Int(0, 364));
        var days = draw.Int(1, draw.Chance(0.5) ? 100 : 1500);
        DateOnly[] dates = [start, start.AddDays(shift == 0 ? draw.Chance(0.9) ? days : -days : shift * days)];
        var written = Writing(draw);
        var texts = dates.Select(written).ToArray();
        var iso = texts[0] == Iso(dates[0]);
        var taken = (iso, count) switch
        {
            (true, 1) => "a = parse(re.search(r'\\d{4}-\\d\\d-\\d\\d', task).group())",
            (true, _) => "a, b = [parse(x) for x in re.findall(r'\\d{4}-\\d\\d-\\d\\d', task)]",
            (_, 1) => $"a = parse('{texts[0]}')",
            _ => $"a = parse('{texts[0]}')\nb = parse('{texts[1]}')",
        };
        var imports = (iso ? "import re\n" : "") + (shift == 0 ? "" : "from datetime import timedelta\n");
        var printed = expression.Replace("{n}", $"{days}", StringComparison.Ordinal);
        var step = new Step(thought, $"from dateutil.parser import parse\n{imports}{taken}\nprint({printed})");
        return Simple(draw, name, new Slots { ["a"] = texts[0], ["b"] = texts[1], ["n"] = $"{days}" }, step, Expert.Say(answer),
            truth(dates));
    });

    private static Content Simple(Draw draw, string name, Slots slots, Step step, Func<string, string> answer, Truth truth) =>
        new(new DataTurn(Wordings.Of("dates", name).Say(draw, slots), [step], answer,
            truth)
        { Detours = [Expert.MissingImport(step)] });

    private static Func<DateOnly, string> Writing(Draw draw)
    {
        var style = draw.Int(0, 9);
        return day => style switch
        {
            < 5 => Iso(day),
            < 7 => day.ToString("MMMM d, yyyy", CultureInfo.InvariantCulture),
            < 9 => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture),
            _ => day.ToString("MMM d, yyyy", CultureInfo.InvariantCulture),
        };
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
