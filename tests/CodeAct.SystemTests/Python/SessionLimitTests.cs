using CodeAct.Python;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.SystemTests.Python;

/// <summary>Limits that take an engine of their own, or a machine where nothing else runs.</summary>
[Collection(nameof(Alone))]
public sealed class SessionLimitTests
{
    private static readonly PythonEngineOptions _small = new() { Modules = [], PoolSize = 0 };

    [Theory]
    [InlineData("", "sum(range(10**12))")]
    [InlineData("import signal, time", "signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)")]
    [InlineData("import signal", "signal.pthread_sigmask(signal.SIG_BLOCK, [2])\nwhile True: pass")]
    [InlineData("import signal; x = b'x' * (1 << 30)", "signal.pthread_sigmask(signal.SIG_BLOCK, [2])\nwhile True: pass")]
    public async Task The_hard_limit_holds_to_a_fifth_of_a_second(string before, string code)
    {
        await using var engine = await StartAsync(_small with { InterruptGrace = TimeSpan.FromSeconds(0.6) });
        var options = new SessionOptions { Checkpoints = new CheckpointOptions { Automatic = false } }; // one of 1 GiB takes its time
        await using var session = await engine.CreateSessionAsync(options, TestContext.Current.CancellationToken);
        await session.RunAsync(before);
        var outcome = await session.RunAsync(code, TimeSpan.FromSeconds(1));
        Assert.Equal(CellStatus.Died, outcome.Status);
        Assert.InRange(outcome.Ended.Elapsed.TotalSeconds, 1.59, 1.8);
    }

    [Theory]
    [InlineData("while True: pass")]
    [InlineData("import subprocess; subprocess.run('while :; do :; done', shell=True)")]
    public async Task Processor_time_is_measured_without_control_groups_too(string code)
    {
        await using var engine = await StartAsync(_small with { ControlGroups = false });
        await using var session = await CreateAsync(engine, new SessionLimits());
        var outcome = await session.OutcomeAsync(new Cell(code) { ProcessorTime = TimeSpan.FromSeconds(0.3) });
        Assert.Equal(CellStatus.LimitReached, outcome.Status);
        Assert.InRange(outcome.Ended.Elapsed.TotalSeconds, 0.29, 5);
        Assert.Equal(
            [("memory of the session", false), ("processes of the session", false)],
            engine.Sandbox.Layers.Select(layer => (layer.Name, layer.Enforced)).TakeLast(2));
    }

    [Fact]
    public async Task A_session_that_nobody_uses_gives_its_interpreter_back_and_keeps_its_files()
    {
        var time = new FakeTimeProvider();
        await using var engine = await StartAsync(_small with { Time = time });
        await using var session = await CreateAsync(engine, new SessionLimits { IdleTime = TimeSpan.FromMinutes(10) });
        await session.SetVariableAsync("given", 3, TestContext.Current.CancellationToken);
        await session.RunAsync("x = 1; open('kept.txt', 'w').write('still here');");
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
        time.Advance(TimeSpan.FromMinutes(9));
        await session.CheckpointAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(session.Checkpoints);
        time.Advance(TimeSpan.FromMinutes(10));
        await PythonSessionConformance.Until(() => session.Checkpoints.Count == 0);
        var next = await session.RunAsync("given, open('kept.txt').read(), 'x' in globals()");
        Assert.Equal("restarted|result (3, 'still here', False)|ended Ok", next.Order);
        Assert.Contains("600 s (its idle limit)", Assert.IsType<InterpreterRestarted>(next.Events[0]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_sessions_that_rest_one_may_keep_its_checkpoint_and_the_other_takes_one_before_its_next_cell()
    {
        await using var engine = await StartAsync(_small with { ProtectedSessions = 1 });
        await using var first = await CreateAsync(engine, new SessionLimits());
        await using var second = await CreateAsync(engine, new SessionLimits());
        await first.RunAsync("x = 1");
        await PythonSessionConformance.Until(() => first.Checkpoints.Count == 1);
        await second.RunAsync("x = 2");
        await PythonSessionConformance.Until(() => second.Checkpoints.Count == 1 && first.Checkpoints.Count == 0);
        Assert.EndsWith("variables are those from before that cell, files are as it left them.", (await first.RunAsync("import os; os._exit(3)")).Ended.Reason, StringComparison.Ordinal);
        Assert.Equal("restarted|result 1|ended Ok", (await first.RunAsync("x")).Order);
        await PythonSessionConformance.Until(() => second.Checkpoints.Count == 0);
        Assert.Equal("result 2|ended Ok", (await second.RunAsync("x")).Order);
    }

    [Theory]
    [InlineData("x = b'x' * (400 << 20)")]
    [InlineData("import os\nfor _ in range(4):\n    if os.fork() == 0:\n        y = b'y' * (60 << 20); os.kill(os.getppid(), 0); import time; time.sleep(60)\nx = b'x' * (90 << 20)\nos.wait()")]
    public async Task The_memory_of_a_session_together_ends_at_its_limit_and_the_result_says_so(string code)
    {
        await using var engine = await StartAsync(_small);
        await using var session = await CreateAsync(engine, new SessionLimits { SessionMemoryBytes = 200 << 20 });
        await session.RunAsync("kept = 7");
        var outcome = await session.RunAsync(code, TimeSpan.FromSeconds(20));
        if (outcome.Status == CellStatus.Died) // else the system took a child, and the cell was told
        {
            Assert.StartsWith("The processes of the session reached its memory limit of 200 MiB", outcome.Ended.Reason, StringComparison.Ordinal);
        }

        Assert.Equal("2", (await session.RunAsync("1 + 1")).Result.PlainText);
    }

    [Fact]
    public async Task A_kill_that_is_not_for_memory_is_not_said_to_be()
    {
        await using var engine = await StartAsync(_small);
        await using var session = await CreateAsync(engine, new SessionLimits());
        var outcome = await session.RunAsync("import os; os.kill(os.getpid(), 9)");
        Assert.DoesNotContain("limit", outcome.Ended.Reason, StringComparison.Ordinal);
    }

    private static Task<PythonEngine> StartAsync(PythonEngineOptions options) =>
        PythonEngine.StartAsync(options, TestContext.Current.CancellationToken);

    private static Task<IPythonSession> CreateAsync(PythonEngine engine, SessionLimits limits) =>
        engine.CreateSessionAsync(new SessionOptions { Limits = limits }, TestContext.Current.CancellationToken);
}
