using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>An engine shared by the tests of a class.</summary>
public sealed class LocalEngine : IAsyncLifetime
{
    public PythonEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Engine = await PythonEngine.StartAsync(new PythonEngineOptions(), TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

public sealed class LocalPythonSessionTests(LocalEngine local) : PythonCheckpointConformance, IClassFixture<LocalEngine>
{
    protected override Task<IPythonSession> CreateAsync(SessionOptions options) =>
        local.Engine.CreateSessionAsync(options, TestContext.Current.CancellationToken);

    /// <remarks>Not on the floor: its semaphores are files in a directory that all users share.</remarks>
    [Fact]
    public async Task Processes_of_multiprocessing_work()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(string.Join(
            '\n',
            "from multiprocessing import Pool",
            "def square(n): return n * n",
            "with Pool(2) as pool: print(pool.map(square, [1, 2, 3]))"));
        Assert.Equal("[1, 4, 9]\n", outcome.Stdout);
    }
}

public sealed class LocalQuotaTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    [Theory]
    [InlineData("for i in range(1000): open(f'f{i}', 'w')")]
    [InlineData("for i in range(1000): os.symlink('x', f'f{i}')")]
    [InlineData("for i in range(1000): os.mkdir(f'f{i}')")]
    [InlineData("for i in range(1000): open(f'f{i}', 'wb').write(b'x' * 100_000)")]
    [InlineData("open('f', 'wb').write(b'x' * (9 << 20))")]
    [InlineData("os.posix_fallocate(os.open('f', os.O_CREAT | os.O_RDWR), 0, 9 << 20)")]
    [InlineData("import mmap; f = open('f', 'wb+'); f.truncate(1 << 20); m = mmap.mmap(f.fileno(), 1 << 20); m[:] = b'x' * (1 << 20); open('g', 'wb').write(b'x' * (8 << 20))")]
    public async Task A_workspace_is_never_larger_than_it_may_be(string code)
    {
        var limits = new SessionLimits { WorkspaceBytes = 8 << 20, WorkspaceFiles = 500 };
        await using var session = await local.Engine.CreateSessionAsync(
            new SessionOptions { Limits = limits }, TestContext.Current.CancellationToken);
        var outcome = await session.RunAsync("import os\n" + code);
        Assert.Equal("OSError", outcome.Error.Name);
        Assert.Contains("the workspace may hold 8 MiB in 500 files", outcome.Error.Message, StringComparison.Ordinal);
        var used = await session.RunAsync("s = os.statvfs('.'); (s.f_blocks - s.f_bfree) * s.f_bsize <= 8 << 20, len(os.listdir()) <= 500");
        Assert.Equal("(True, True)", used.Result.PlainText);
    }

    [Fact]
    public async Task Files_added_by_the_host_count_and_what_does_not_fit_leaves_nothing()
    {
        var limits = new SessionLimits { WorkspaceBytes = 1 << 20 };
        await using var session = await local.Engine.CreateSessionAsync(
            new SessionOptions { Limits = limits }, TestContext.Current.CancellationToken);
        using var large = new MemoryStream(new byte[2 << 20]);
        await Assert.ThrowsAsync<IOException>(() => session.Workspace.WriteAsync("large", large, TestContext.Current.CancellationToken));
        Assert.Equal("[]", (await session.RunAsync("import os; os.listdir()")).Result.PlainText);
    }

    [Fact]
    public async Task Nothing_of_a_workspace_is_left_behind()
    {
        var session = await local.Engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        await session.RunAsync("open('f', 'w').write('x')");
        var place = session.Workspace.Place;
        Assert.False(File.Exists(Path.Combine(place, "files", "f"))); // it is mounted for the session alone
        Assert.True(File.Exists(Path.Combine(session.Workspace.Root, "f")));
        await session.DisposeAsync();
        Assert.False(Directory.Exists(place));
        Assert.DoesNotContain(place, await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}

/// <summary>The same, on the floor: what an ordinary user has on a machine without namespaces.</summary>
public sealed class FloorEngine : IAsyncLifetime
{
    public PythonEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await PythonEngine.StartAsync(
        new PythonEngineOptions { Namespaces = false }, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

public sealed class FloorPythonSessionTests(FloorEngine floor) : PythonCheckpointConformance, IClassFixture<FloorEngine>
{
    protected override Task<IPythonSession> CreateAsync(SessionOptions options) =>
        floor.Engine.CreateSessionAsync(options, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("for i in range(5000): open(f'f{i}', 'w'); time.sleep(0.001)")]
    [InlineData("import resource\nwhile True:\n    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))\n    try: open('f', 'ab').write(b'x' * 100_000)\n    except OSError: pass\n    time.sleep(0.001)")]
    public async Task A_workspace_that_grows_all_the_same_stops_the_cell(string code)
    {
        await using var session = await CreateAsync(
            new SessionOptions { Limits = new SessionLimits { WorkspaceBytes = 8 << 20, WorkspaceFiles = 500 } });
        var outcome = await session.RunAsync("import os, time\n" + code);
        Assert.Equal(CellStatus.LimitReached, outcome.Status);
        Assert.StartsWith("The cell wrote more than the 8 MiB or the 500 files", outcome.Ended.Reason, StringComparison.Ordinal);
    }
}

public sealed class LocalSandboxTests(LocalEngine local) : PythonSandboxConformance, IClassFixture<LocalEngine>
{
    protected override PythonEngine Engine => local.Engine;

    // Semaphores lie in /dev/shm, which only a private root has for a session alone.
    [Theory]
    [InlineData("from concurrent.futures import ProcessPoolExecutor as Pool\nwith Pool(2) as pool: print(list(pool.map(abs, [-1])))")]
    [InlineData("import multiprocessing as m\nwith m.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1]))")]
    public Task Processes_can_share_work(string code) => GoesThroughAsync(code);
}

public sealed class FloorSandboxTests(FloorEngine floor) : PythonSandboxConformance, IClassFixture<FloorEngine>
{
    protected override PythonEngine Engine => floor.Engine;

    protected override IReadOnlyList<string> Missed => ["namespaces", "private root", "host name"];
}
