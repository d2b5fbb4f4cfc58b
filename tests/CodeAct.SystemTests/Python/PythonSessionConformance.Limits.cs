using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

public abstract partial class PythonSessionConformance
{
    protected static readonly TimeSpan _short = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData("while True: pass")]
    [InlineData("import time; time.sleep(60)")]
    [InlineData("!sleep 60")]
    [InlineData("%%bash\nsleep 60")]
    [InlineData("import asyncio; await asyncio.sleep(60)")]
    [InlineData("import threading; threading.Event().wait()")]
    [InlineData("while True: print('x')")]
    [InlineData("import subprocess; subprocess.run(['sleep', '60'])")]
    public async Task A_cell_over_its_time_is_interrupted_and_variables_are_kept(string code)
    {
        await using var session = await CreateAsync();
        await session.RunAsync("kept = 7");
        var outcome = await session.RunAsync(code, _short);
        Assert.Equal(CellStatus.TimedOut, outcome.Status);
        Assert.All(outcome.Events.OfType<PythonError>(), error => Assert.Equal("KeyboardInterrupt", error.Name));
        Assert.True(outcome.Ended.VariablesKept);
        Assert.Contains("0.3 s", outcome.Ended.Reason, StringComparison.Ordinal);
        Assert.InRange(outcome.Ended.Elapsed.TotalSeconds, 0.25, 10);
        Assert.Equal("result 7|ended Ok", (await session.RunAsync("kept")).Order);
    }

    [Fact]
    public async Task A_cell_that_waits_for_an_earlier_one_longer_than_its_time_is_not_run()
    {
        await using var session = await CreateAsync();
        var earlier = new List<CellEvent>();
        await foreach (var shown in session.RunAsync(
            new Cell("x = 1; print('on')\nwhile True: pass"), TestContext.Current.CancellationToken))
        {
            earlier.Add(shown);
            if (shown is StreamText)
            {
                var late = await session.RunAsync("x = 2", _short);
                Assert.Equal("ended TimedOut", late.Order);
                Assert.Contains("not run: its time limit of 0.3 s", late.Ended.Reason, StringComparison.Ordinal);
                session.Interrupt();
            }
        }

        Assert.Equal("out on|error KeyboardInterrupt|ended Interrupted", new CellOutcome(earlier).Order);
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task A_cell_that_swallows_interrupts_is_killed_and_the_result_says_so()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(
            "import time; print('begun')\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException: pass", _short);
        Assert.Equal("out begun|ended Died", outcome.Order);
        Assert.False(outcome.Ended.VariablesKept);
        Assert.Contains("0.3 s", outcome.Ended.Reason, StringComparison.Ordinal);
        Assert.Contains("killed", outcome.Ended.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_that_blocks_the_signal_is_killed()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: pass", _short);
        Assert.Equal("ended Died", outcome.Order);
    }

    [Fact]
    public async Task A_cell_that_ignores_the_signal_leaves_the_next_one_interruptible()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.pthread_sigmask(signal.SIG_BLOCK, [2])");
        Assert.Equal(CellStatus.TimedOut, (await session.RunAsync("while True: pass", _short)).Status);
    }

    [Fact]
    public async Task A_cell_that_catches_the_interrupt_and_ends_is_still_said_to_be_over_time()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('cleaned up')", _short);
        Assert.Equal("out cleaned up|ended TimedOut", outcome.Order);
    }

    [Fact]
    public async Task Interrupt_ends_the_running_cell_and_only_that()
    {
        await using var session = await CreateAsync();
        session.Interrupt();
        var outcome = new List<CellEvent>();
        await foreach (var shown in session.RunAsync(
            new Cell("x = 1\nprint('on')\nwhile True: pass"), TestContext.Current.CancellationToken))
        {
            outcome.Add(shown);
            session.Interrupt();
        }

        Assert.Equal("out on|error KeyboardInterrupt|ended Interrupted", new CellOutcome(outcome).Order);
        session.Interrupt();
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task Cancelling_interrupts_the_cell_and_throws_and_the_session_lives()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("x = 1");
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in session.RunAsync(new Cell("print('on')\nwhile True: pass"), cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task A_reader_that_stops_early_interrupts_the_cell_and_the_session_lives()
    {
        await using var session = await CreateAsync();
        await foreach (var _ in session.RunAsync(new Cell("x = 1\nwhile True: print('on')"), TestContext.Current.CancellationToken))
        {
            break;
        }

        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task A_reader_slower_than_the_cell_gets_everything()
    {
        await using var session = await CreateAsync();
        var length = 0;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        await foreach (var shown in session.RunAsync(
            new Cell("for i in range(200): print('x' * 20000)"), TestContext.Current.CancellationToken))
        {
            length += (shown as StreamText)?.Text.Length ?? 0;
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(200 * 20001, length);
    }

    [Fact]
    public async Task Interrupts_at_any_moment_neither_break_frames_nor_hit_the_next_cell()
    {
        await using var session = await CreateAsync();
        var random = new Random(7);
        for (var round = 0; round < 100; round++)
        {
            var limit = TimeSpan.FromMilliseconds(1 + random.Next(15));
            var busy = await session.RunAsync("i = 0\nwhile True:\n    i += 1; print(i); display(i)", limit);
            Assert.True(busy is { Status: CellStatus.TimedOut, Ended.VariablesKept: true }, string.Join('\n', busy.Events.TakeLast(3)));
            var next = await session.RunAsync($"{round}");
            Assert.True(next.Order == $"result {round}|ended Ok", string.Join('\n', next.Events));
        }
    }
}
