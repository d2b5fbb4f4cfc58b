using System.Globalization;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.Perf;

/// <summary>What a call of a host function costs the code that makes it, by the clock of that code; a Jupyter kernel has none.</summary>
internal static class ToolCalls
{
    private const int Rounds = 10;

    private static readonly TimeSpan _work = TimeSpan.FromMilliseconds(50);

    public static async Task MeasureAsync(Engines engines, Report report, CancellationToken cancellationToken)
    {
        var session = engines.Session;
        session.Tools = new ToolSet(
            AIFunctionFactory.Create(() => { }, "nothing"),
            AIFunctionFactory.Create((string text) => text, "echo"),
            AIFunctionFactory.Create(
                async (CancellationToken stop) => await Task.Delay(_work, TimeProvider.System, stop), "wait"));
        await NumbersAsync("import asyncio, time, concurrent.futures\npool = concurrent.futures.ThreadPoolExecutor(100)\nprint(0)");
        const string OneAfterTheOther = """
            times = []
            for _ in range(1000):
                began = time.perf_counter()
                nothing()
                times.append(time.perf_counter() - began)
            print(*(1000 * took for took in times))
            """;
        await NumbersAsync(OneAfterTheOther); // compiled while it runs
        report.Add(
            "call of an empty host function, 1,000 in a row",
            Units.Milliseconds,
            [Target.AtMost(0.3)],
            (Columns.CodeAct, new Sample(await NumbersAsync(OneAfterTheOther))));
        foreach (var (name, target, code) in ((string, double?, string)[])
            [
                ("100 calls of 50 ms by asyncio.gather", 120, "await asyncio.gather(*[wait() for _ in range(100)])"),
                ("100 calls of 50 ms by 100 threads", 120, "list(pool.map(lambda _: wait(), range(100)))"),
                ("call with 20 MB there and back", null, "echo('x' * 20_000_000)"),
            ])
        {
            var times = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                times.AddRange(await NumbersAsync($"began = time.perf_counter()\n_ = {code}\nprint(1000 * (time.perf_counter() - began))"));
            }

            report.Add(name, Units.Milliseconds, target is { } most ? [Target.AtMost(most)] : [], (Columns.CodeAct, new Sample(times)));
        }

        session.Tools = null;

        async Task<double[]> NumbersAsync(string code)
        {
            var text = await Engines.RunAsync(session, code, cancellationToken);
            return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        }
    }
}
