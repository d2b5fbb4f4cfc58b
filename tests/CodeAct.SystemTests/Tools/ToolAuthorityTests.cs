using System.Diagnostics;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.Tools;
using static CodeAct.SystemTests.Tools.HostTools;

namespace CodeAct.SystemTests.Tools;

/// <summary>Who may call what and when, and what is left of a call that nobody waits for.</summary>
public sealed class ToolAuthorityTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private const string Forge = """
        import json, os, struct
        def forge(kind, payload, cell):
            frame = struct.pack('<IcI', len(payload) + 4, kind, cell) + payload
            while frame: frame = frame[os.write(3, frame):]
        def forge_call(number, cell, name=b'count'): forge(b'?', b'{"call":%d,"name":"%b","arguments":{}}' % (number, name), cell)
        """;

    [Fact]
    public async Task An_interrupt_ends_a_waiting_call_at_once_and_cancels_it_on_the_host()
    {
        var (called, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var session = await local.Engine.CreateAsync(Add, Forever("forever", called, cancelled));
        var running = session.RunAsync("x = 1\nforever()");
        await called.Task;
        var began = Stopwatch.GetTimestamp();
        session.Interrupt();
        var outcome = await running;
        var took = Stopwatch.GetElapsedTime(began);
        await cancelled.Task;
        Assert.Equal(CellStatus.Interrupted, outcome.Status);
        Assert.Contains(outcome.Events, shown => shown is ToolReturned { Error: "the call was cancelled" });
        Assert.Equal("KeyboardInterrupt", outcome.Error.Name);
        Assert.True(took < TimeSpan.FromMilliseconds(500), $"It took {took}.");
        Assert.Equal("12", (await session.RunAsync("add(x, 11)")).Result.PlainText);
    }

    [Theory]
    [InlineData("await forever()")]
    [InlineData("import asyncio; await asyncio.gather(forever(), add(1))")]
    [InlineData("from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(2).submit(forever).result()")]
    [InlineData("import asyncio\ntry: await asyncio.wait_for(forever(), 0.05)\nexcept TimeoutError: add(1, 1)\nwhile True: pass")]
    public async Task So_it_does_in_loops_and_threads_and_the_session_goes_on(string code)
    {
        var (called, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var session = await local.Engine.CreateAsync(Add, Forever("forever", called, cancelled));
        var running = session.RunAsync("x = 1\n" + code);
        await called.Task;
        session.Interrupt();
        var outcome = await running;
        await cancelled.Task;
        Assert.Equal(CellStatus.Interrupted, outcome.Status);
        Assert.True(outcome.Ended.VariablesKept);
        Assert.Equal("5", (await session.RunAsync("import asyncio\nsum(await asyncio.gather(add(x, 0), add(2, 2)))")).Result.PlainText);
        Assert.Equal("3", (await session.RunAsync("add(x, 2)")).Result.PlainText);
    }

    [Fact]
    public async Task A_time_limit_ends_a_call_too()
    {
        var (called, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var session = await local.Engine.CreateAsync(Forever("forever", called, cancelled));
        var outcome = await session.RunAsync("forever()", TimeSpan.FromMilliseconds(200));
        Assert.Equal(CellStatus.TimedOut, outcome.Status);
        Assert.True(outcome.Ended.VariablesKept);
        await cancelled.Task;
    }

    [Fact]
    public async Task The_callers_cancellation_reaches_the_tool()
    {
        var (called, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var session = await local.Engine.CreateAsync(Add, Forever("forever", called, cancelled));
        using var stop = new CancellationTokenSource();
        var running = Task.Run(async () =>
        {
            await foreach (var _ in session.RunAsync(new Cell("forever()"), stop.Token))
            {
            }
        }, TestContext.Current.CancellationToken);
        await called.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await cancelled.Task;
        Assert.Equal("3", (await session.RunAsync("add(1, 2)")).Result.PlainText);
    }

    [Fact]
    public async Task A_call_that_a_thread_leaves_waiting_is_cancelled_when_its_cell_ends()
    {
        var (called, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var session = await local.Engine.CreateAsync(Forever("forever", called, cancelled));
        await session.RunAsync(
            "import threading, time",
            "said = []",
            "def left():",
            "    try: forever()",
            "    except ToolError as error: said.append(str(error))",
            "    try: forever()",
            "    except PermissionError as error: said.append(str(error))",
            "thread = threading.Thread(target=left); thread.start()",
            "time.sleep(0.3)");
        await cancelled.Task;
        var outcome = await session.RunAsync("thread.join(); print(*said, sep='\\n')");
        Assert.StartsWith("forever: the call was cancelled\nforever: the cell that called it has ended", outcome.Stdout);
        Assert.DoesNotContain(outcome.Events, shown => shown is ToolCalled);
    }

    [Fact]
    public async Task A_late_call_is_refused_by_the_host_too()
    {
        var count = 0;
        await using var session = await local.Engine.CreateAsync(Function("count", () => ++count));
        await session.RunAsync(Forge);
        await session.RunAsync(
            "import threading, time",
            "def late():",
            "    time.sleep(0.1)",
            "    for number in range(100): forge_call(10_000 + number, 2)", // between cells, and then while another runs
            "    open('sent', 'w').close()",
            "    time.sleep(0.3)",
            "    for number in range(100): forge_call(20_000 + number, 2)",
            "thread = threading.Thread(target=late); thread.start()");
        await PythonSessionConformance.Until(() => File.Exists(Path.Combine(session.Workspace.Root, "sent")));
        var outcome = await session.RunAsync("thread.join(); count()");
        Assert.Equal("1", outcome.Result.PlainText);
        Assert.Equal(1, count);
        Assert.Contains(outcome.Events, shown => shown is ToolReturned { Error: "the cell that called it has ended" });
    }

    [Fact]
    public async Task A_cell_may_call_the_tools_that_it_names_only()
    {
        var count = 0;
        await using var session = await local.Engine.CreateAsync(Add, Function("count", () => ++count));
        await session.RunAsync(Forge);
        var events = new List<CellEvent>();
        await foreach (var shown in session.RunAsync(
            new Cell("print(add(1))\ntry: count()\nexcept PermissionError as error: print(error)\nforge_call(77, 2)") { Tools = ["add"] },
            TestContext.Current.CancellationToken))
        {
            events.Add(shown);
        }

        Assert.Equal("11\ncount: this cell may not use it, only add\n", new CellOutcome(events).Stdout);
        Assert.Equal(0, count);
        Assert.Equal("1", (await session.RunAsync("count()")).Result.PlainText);
    }

    [Fact]
    public async Task A_forged_call_has_the_authority_of_the_cell_and_does_no_harm()
    {
        var count = 0;
        await using var session = await local.Engine.CreateAsync(
            Function("count", () => Interlocked.Increment(ref count)), Function("counted", () => Volatile.Read(ref count)));
        await session.RunAsync(Forge);
        var outcome = await session.RunAsync("forge_call(4_000_000_000, 2)\nforge(b'~', b'12345', 2)\nwhile counted() < 1: pass\ncount()");
        Assert.Equal("2", outcome.Result.PlainText);
        Assert.Equal("3", (await session.RunAsync("count()")).Result.PlainText);
    }

    [Theory]
    [InlineData("forge(b'?', b'', 2)")]
    [InlineData("forge(b'?', b'{\"call\":1}', 2)")]
    [InlineData("forge(b'?', b'{\"call\":\"x\",\"name\":\"count\",\"arguments\":{}}', 2)")]
    [InlineData("forge(b'?', b'{\"call\":1,\"name\":\"count\",\"arguments\":[]}', 2)")]
    [InlineData("forge(b'?', b'{\"call\":1,\"name\":null,\"arguments\":{}}', 2)")]
    [InlineData("forge(b'?', b'[' * 100000, 2)")]
    [InlineData("forge_call(4_294_967_296, 2)")]
    [InlineData("forge_call(-1, 2)")]
    [InlineData("for _ in range(5): forge(b'+', b' ' * (15 << 20), 2)")]
    [InlineData("forge(b'+', b'{', 2); forge_call(1, 2)")]
    [InlineData("forge(b'~', b'minus one', 2)")]
    [InlineData("for n in range(30_000): forge_call(n, 2, b'forever')")]
    [InlineData("forge_call(7, 2, b'forever'); forge_call(7, 2, b'forever')")]
    public async Task A_malformed_call_ends_the_interpreter_and_the_session_goes_on(string code)
    {
        await using var session = await local.Engine.CreateAsync(Add, Forever("forever", new(), new()));
        await session.RunAsync(Forge);
        Assert.Equal(CellStatus.Died, (await session.RunAsync(code + "\nimport time; time.sleep(20)")).Status);
        var outcome = await session.RunAsync("print(add(1))");
        Assert.True(outcome.IsRestarted);
        Assert.Equal("11\n", outcome.Stdout);
    }

    [Fact]
    public async Task A_forked_child_cannot_call_tools()
    {
        await using var session = await local.Engine.CreateAsync(Add);
        var outcome = await session.RunAsync(
            "import os",
            "from concurrent.futures import ProcessPoolExecutor",
            "pid = os.fork()",
            "if pid == 0:",
            "    try: add(1)",
            "    except PermissionError as error: print(error, flush=True)",
            "    os._exit(0)",
            "os.waitpid(pid, 0)",
            "try: ProcessPoolExecutor(1).submit(add, 1).result()",
            "except PermissionError as error: print('pool', error)",
            "print(add(1))");
        Assert.Equal("", outcome.Stderr);
        Assert.Equal(
            "add: only the session's own process may call tools, not one that it has forked\n"
            + "pool add: only the session's own process may call tools, not one that it has forked\n11\n",
            outcome.Stdout);
    }

    [Fact]
    public async Task Tools_come_and_go_between_cells()
    {
        await using var session = await local.Engine.CreateAsync();
        Assert.Equal("NameError", (await session.RunAsync("add(1)")).Error.Name);
        session.Tools = new ToolSet(Add);
        Assert.Equal("11", (await session.RunAsync("mine = 1; add(1)")).Result.PlainText);
        session.Tools = new ToolSet(Add).With(Echo).Without("add");
        Assert.Equal("[1]", (await session.RunAsync("echo([mine])")).Result.PlainText);
        Assert.Equal("NameError", (await session.RunAsync("add(1)")).Error.Name);
        Assert.Equal("there is no tool 'ecco'; there is echo(value: Any)", (await session.RunAsync("call_tool('ecco')")).Error.Message);
        await session.RunAsync("keep = echo; echo = 'mine'");
        Assert.Equal("'mine'", (await session.RunAsync("echo")).Result.PlainText);
        await session.RunAsync("%reset -f");
        Assert.Equal("2", (await session.RunAsync("echo(2)")).Result.PlainText);
        await session.RunAsync("keep = echo");
        session.Tools = null;
        Assert.Contains("no tools", (await session.RunAsync("keep(1)")).Error.Message);
    }

    [Fact]
    public async Task Tools_are_there_again_after_a_death_and_after_a_rollback()
    {
        await using var session = await local.Engine.CreateAsync(Add);
        await session.RunAsync("x = add(1)");
        var checkpoint = await session.CheckpointAsync(TestContext.Current.CancellationToken);
        session.Tools = new ToolSet(Add, Echo);
        Assert.Equal("1", (await session.RunAsync("echo(1)")).Result.PlainText);
        await session.RollbackAsync(checkpoint, TestContext.Current.CancellationToken);
        Assert.Equal("[11]", (await session.RunAsync("echo([x])")).Result.PlainText);
        await using (var branch = await session.ForkAsync(checkpoint, TestContext.Current.CancellationToken))
        {
            Assert.Equal("[11]", (await branch.RunAsync("echo([x])")).Result.PlainText);
        }

        await session.RunAsync("import os; os._exit(1)");
        Assert.Equal("12\n", (await session.RunAsync("print(add(2))")).Stdout);
        await using var fresh = await local.Engine.CreateAsync(Add);
        await fresh.RunAsync("import os; os.kill(os.getpid(), 9)");
        Assert.Equal("12\n", (await fresh.RunAsync("print(add(2))")).Stdout);
    }
}
