using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

public abstract partial class PythonSessionConformance
{
    /// <summary>Kinds of cell with what each must show, given its number.</summary>
    private static readonly Func<int, (string Code, string Order)>[] _kinds =
    [
        n => ($"{n}", $"result {n}|ended Ok"),
        n => ($"print({n})", $"out {n}|ended Ok"),
        n => ($"print({n}); 1/0", $"out {n}|error ZeroDivisionError|ended Raised"),
        n => ($"if {n}", "error SyntaxError|ended Raised"),
        n => ($"import sys; print({n}, file=sys.stderr)\n{n} + 1", $"err {n}|result {n + 1}|ended Ok"),
        n => ($"display({n}); print({n}, end='')", $"display {n}|out {n}|ended Ok"),
        n => ($"import os; os.write(1, b'{n}'); print(' then')", $"out {n} then|ended Ok"),
        n => ($"os.write(2, b'{n}'); raise KeyError({n})", $"err {n}|error KeyError|ended Raised"),
        n => ($"x = {n}", "ended Ok"),
        n => ($"import sys; print(x, '{n}'); sys.exit({n})", null!),
        n => ($"for i in range(50): print({n}, i)", $"out {string.Join('/', Enumerable.Range(0, 50).Select(i => $"{n} {i}"))}|ended Ok"),
        n => ($"import asyncio\nawait asyncio.sleep(0)\nprint({n})", $"out {n}|ended Ok"),
        n => ($"print('{n}' * 20000)", $"out {string.Concat(Enumerable.Repeat($"{n}", 20000))}|ended Ok"),
    ];

    [Fact]
    public async Task Nothing_is_lost_or_in_the_wrong_cell_in_two_thousand_cells()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("import os\nx = 0");
        for (var n = 0; n < 2000; n++)
        {
            var (code, order) = _kinds[n % _kinds.Length](n);
            order ??= $"out {n - 1} {n}|error SystemExit|ended Raised";
            var outcome = await session.RunAsync(code);
            Assert.Equal((n, order), (n, outcome.Order));
            Assert.DoesNotContain(outcome.Events, shown => shown is StreamText { FromEarlierCell: true });
        }
    }

    [Theory]
    [InlineData("_ = os.write(1, b'second')", "out first second|ended Ok")]
    [InlineData("sys.stdout.flush(); os._exit(1)", "out first|ended Died")]
    public async Task Text_that_is_just_being_sent_is_neither_overtaken_nor_lost(string next, string order)
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync($"""
            import os, sys, threading, time
            slow = threading.Event()
            output = sys.stdout.output
            drain = output.drain
            output.drain = lambda: (slow.set(), time.sleep(0.05), drain())  # as on a busy machine
            print('first ', end='')
            slow.wait()
            {next}
            """);
        Assert.Equal(order, outcome.Order);
    }

    [Fact]
    public async Task Nothing_is_lost_among_many_sessions_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var session = await CreateAsync();
            await session.RunAsync("import os\nx = 0");
            for (var n = 0; n < 5 * _kinds.Length; n++)
            {
                var (code, order) = _kinds[n % _kinds.Length](n);
                Assert.Equal(order ?? $"out {n - 1} {n}|error SystemExit|ended Raised", (await session.RunAsync(code)).Order);
            }
        }));
    }
}
