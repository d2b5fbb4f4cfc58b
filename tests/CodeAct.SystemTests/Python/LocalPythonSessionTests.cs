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
