namespace CodeAct.Perf;

/// <summary>Cells of every kind, failing ones among them: how many show something else than they printed.</summary>
internal static class LostOutput
{
    private const int Cells = 2000;

    private static readonly Func<int, (string Code, string Text)>[] _kinds =
    [
        n => ($"{n}", $"{n}"),
        n => ($"print({n})", $"{n}\n"),
        n => ($"print({n}); 1/0", $"{n}\nZeroDivisionError"),
        n => ($"import sys; print({n}, file=sys.stderr)", $"{n}\n"),
        n => ($"if {n}", "SyntaxError"),
        n => ($"for i in range(100): print({n})", string.Concat(Enumerable.Repeat($"{n}\n", 100))),
        n => ($"display({n}); print({n})", $"{n}{n}\n"),
        n => ($"print('{n}' * 20000)", string.Concat(Enumerable.Repeat($"{n}", 20000)) + "\n"),
    ];

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        string[] columns = [Columns.CodeAct, Columns.Jupyter, Columns.Corrected]; // the others would only test the pipe of this program
        var runs = engines.Runs(cancellationToken).Where(one => columns.Contains(one.Column)).ToList();
        var wrong = new int[runs.Count];
        for (var n = 0; n < Cells; n++)
        {
            var (code, text) = _kinds[n % _kinds.Length](n);
            for (var index = 0; index < runs.Count; index++)
            {
                wrong[index] += await runs[index].Run(code) == text ? 0 : 1;
            }
        }

        report.Add(
            $"cells of {Cells} with lost or wrong output",
            Units.Count,
            [Target.AtMost(0)],
            runs.Zip(wrong, (one, count) => (one.Column, (Sample?)new Sample([count]))));
    }
}
