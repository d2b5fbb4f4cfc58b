using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>Limits other than wall time: each ends in a result or in an exception that names it, its value and what was kept.</summary>
public abstract class PythonBudgetConformance : PythonSessionConformance
{
    [Theory]
    [InlineData("while True: pass")]
    [InlineData("import subprocess; subprocess.run('while :; do :; done', shell=True)")]
    [InlineData("import threading\nfor _ in range(3): threading.Thread(target=lambda: sum(range(10**8)), daemon=True).start()\nthreading.Event().wait()")]
    public async Task A_cell_over_its_processor_time_is_interrupted_and_its_children_count(string code)
    {
        await using var session = await CreateAsync(new SessionOptions());
        await session.RunAsync("kept = 7");
        var outcome = await session.OutcomeAsync(new Cell(code) { ProcessorTime = TimeSpan.FromSeconds(0.3) });
        Assert.Equal((CellStatus.LimitReached, true), (outcome.Status, outcome.Ended.VariablesKept));
        Assert.StartsWith("The cell reached its limit of 0.3 s of processor time and was interrupted", outcome.Ended.Reason, StringComparison.Ordinal);
        Assert.Equal("7", (await session.RunAsync("kept")).Result.PlainText);
    }

    [Fact]
    public async Task Waiting_takes_no_processor_time_and_each_cell_has_its_own()
    {
        await using var session = await CreateAsync(new SessionOptions());
        for (var round = 0; round < 3; round++)
        {
            var outcome = await session.OutcomeAsync(new Cell("import time\nwhile time.process_time() % 0.1 < 0.08: pass\ntime.sleep(0.3)") { ProcessorTime = TimeSpan.FromSeconds(0.25) });
            Assert.Equal("ended Ok", outcome.Order);
        }
    }

    [Theory]
    [InlineData("while True: print('x' * 1000)")]
    [InlineData("while True: display('x' * 1000)")]
    [InlineData("!yes")]
    [InlineData("import sys\nwhile True: sys.stderr.write('x' * 100_000)")]
    public async Task A_cell_that_shows_too_much_is_interrupted_and_the_rest_is_left_out(string code)
    {
        await using var session = await CreateAsync(new SessionOptions { Limits = new SessionLimits { OutputBytes = 1 << 20 } });
        await session.RunAsync("kept = 7");
        var outcome = await session.RunAsync(code);
        Assert.Equal((CellStatus.LimitReached, true), (outcome.Status, outcome.Ended.VariablesKept));
        Assert.StartsWith("The cell reached its output limit of 1 MiB and was interrupted; it showed", outcome.Ended.Reason, StringComparison.Ordinal);
        Assert.InRange(outcome.Stdout.Length + outcome.Stderr.Length + outcome.Displays.Sum(shown => shown.PlainText.Length), 1 << 19, 1 << 20);
        Assert.Equal("7", (await session.RunAsync("import os; os.close(1); kept")).Result.PlainText);
    }

    [Fact]
    public async Task A_cell_that_showed_too_much_at_its_end_says_so()
    {
        await using var session = await CreateAsync(new SessionOptions { Limits = new SessionLimits { OutputBytes = 1 << 20 } });
        var outcome = await session.RunAsync("print('x' * (3 << 19))\nx = 5"); // in two frames: the limit is known to be passed with the last
        Assert.Equal(CellStatus.LimitReached, outcome.Status);
        Assert.Contains("output limit of 1 MiB", outcome.Ended.Reason, StringComparison.Ordinal);
        Assert.Contains("it showed 1.5 MiB", outcome.Ended.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_that_sends_events_too_fast_has_to_wait_and_loses_none()
    {
        await using var session = await CreateAsync(new SessionOptions { Limits = new SessionLimits { EventsPerSecond = 200 } });
        var outcome = await session.RunAsync("for i in range(120): display(i)");
        Assert.Equal((CellStatus.Ok, 120), (outcome.Status, outcome.Displays.Count));
        Assert.InRange(outcome.Ended.Elapsed.TotalSeconds, 0.45, 20);
        var flood = await session.RunAsync("while True: display(1)", _short);
        Assert.Equal(CellStatus.TimedOut, flood.Status);
        Assert.Contains("slowed to 200 events a second", flood.Ended.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_runs_as_many_cells_as_it_may_and_says_so()
    {
        await using var session = await CreateAsync(new SessionOptions { Limits = new SessionLimits { Cells = 2 } });
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("1")).Order);
        Assert.Equal(CellStatus.Raised, (await session.RunAsync("1/0")).Status);
        var refused = await session.RunAsync("open('made', 'w')");
        Assert.Equal("ended LimitReached", refused.Order);
        Assert.Contains("2 cells", refused.Ended.Reason, StringComparison.Ordinal);
        Assert.Empty(session.Workspace.Files());
    }

    [Fact]
    public async Task A_killed_cells_children_that_keep_writing_do_not_keep_it_from_ending()
    {
        await using var session = await CreateAsync(new SessionOptions());
        var outcome = await session.RunAsync(
            "import subprocess, time\nfor _ in range(2): subprocess.Popen(['yes'])\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass",
            _short);
        Assert.Equal(CellStatus.Died, outcome.Status);
        Assert.InRange(outcome.Ended.Elapsed.TotalSeconds, 2, 15);
        Assert.Equal("2", (await session.RunAsync("1 + 1")).Result.PlainText);
    }

    [Fact]
    public async Task A_full_workspace_is_an_error_that_names_the_limit_and_what_is_deleted_can_be_written_again()
    {
        await using var session = await CreateAsync(new SessionOptions { Limits = new SessionLimits { WorkspaceBytes = 16 << 20 } });
        var full = await session.RunAsync(Code(
            "import os, time",
            "kept = 7",
            "for i in range(200):",
            "    with open(f'f{i}', 'wb') as f: f.write(b'x' * (1 << 20))",
            "    time.sleep(0.05)"));
        Assert.Matches(
            "(the workspace may hold 16 MiB in 100,000 files|wrote more than the 16 MiB or the 100,000 files that the workspace may hold)",
            full.Status == CellStatus.Raised ? full.Error.Message : full.Ended.Reason); // see WorkspaceWatch
        Assert.InRange((await session.RunAsync("sum(os.path.getsize(n) for n in os.listdir() if n[0] == 'f') >> 20")).Result.PlainText.Length, 2, 2);
        var again = await session.RunAsync("for n in os.listdir():\n    if n[0] == 'f': os.remove(n)\ntime.sleep(0.5); open('g', 'wb').write(b'x' * (8 << 20)) + kept");
        Assert.Equal($"{(8 << 20) + 7}", again.Result.PlainText);
    }

    [Theory]
    [InlineData("b = bytearray(1 << 40)", "MemoryError", "2 GiB of memory")]
    [InlineData("files = [open('/dev/null') for _ in range(2000)]", "OSError", "1,024 files open")]
    [InlineData("open('f', 'wb').truncate((1 << 30) + 1)", "OSError", "a file may have 1 GiB")]
    [InlineData("import threading\nfor _ in range(300): threading.Thread(target=threading.Event().wait, daemon=True).start()", "RuntimeError", "128 processes and threads")]
    [InlineData("import subprocess\nprocesses = [subprocess.Popen(['sleep', '60']) for _ in range(300)]", "BlockingIOError", "128 processes and threads")]
    public async Task An_exception_that_comes_from_a_limit_names_it_and_its_value(string code, string name, string words)
    {
        await using var session = await CreateAsync(new SessionOptions());
        var error = (await session.RunAsync(code)).Error;
        Assert.Equal(name, error.Name);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"{error.Name}: {error.Message}", error.Traceback, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("print('x' * (80 << 20))")]
    [InlineData("'x' * (80 << 20)")]
    [InlineData("raise ValueError('x' * (80 << 20))")]
    [InlineData("import sys; sys.stderr.write('\\0' * (80 << 20));")]
    [InlineData("display({'image/png': b'x' * (80 << 20), 'text/plain': 'x' * (80 << 20)}, raw=True)")]
    public async Task A_gigantic_value_is_cut_and_the_session_lives(string code)
    {
        await using var session = await CreateAsync(new SessionOptions());
        await session.RunAsync("kept = 7");
        Assert.NotEqual(CellStatus.Died, (await session.RunAsync(code)).Status);
        Assert.Equal("result 7|ended Ok", (await session.RunAsync("kept")).Order);
    }
}
