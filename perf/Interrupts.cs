using System.Diagnostics;
using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>From the interrupt of a busy cell to its end.</summary>
internal static class Interrupts
{
    private const int Rounds = 20;
    private const string Busy = "print('on', flush=True)\nwhile True: pass";

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        var (ours, kernel) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var asked = 0L;
            await foreach (var shown in engines.Session.RunAsync(new Cell(Busy), cancellationToken))
            {
                if (shown is StreamText)
                {
                    asked = Stopwatch.GetTimestamp();
                    engines.Session.Interrupt();
                }
            }

            ours.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            await engines.Corrected.RunAsync(
                Busy,
                async _ =>
                {
                    asked = Stopwatch.GetTimestamp();
                    await engines.Corrected.InterruptAsync(cancellationToken);
                },
                cancellationToken);
            kernel.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }

        report.Add(
            "interrupt of a busy cell",
            Units.Milliseconds,
            [Target.AtMost(5)],
            (Columns.CodeAct, new Sample(ours)),
            (Columns.Corrected, new Sample(kernel)));
    }
}
