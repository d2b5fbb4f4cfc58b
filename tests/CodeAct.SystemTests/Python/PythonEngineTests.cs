using System.Globalization;
using CodeAct.Python;
using CodeAct.Python.Network;

namespace CodeAct.SystemTests.Python;

/// <summary>Tests that count what this process has, and so run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class PythonEngineTests
{
    [Fact]
    public async Task An_engine_leaves_no_process_no_descriptor_and_no_directory_behind()
    {
        var options = new PythonEngineOptions { Modules = [], PoolSize = 3 };
        await UseAsync(options); // the runtime's own descriptors are open after this
        var descriptors = Descriptors();
        await UseAsync(options);
        Assert.Empty(NewSince(descriptors));
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), $"codeact-{Environment.ProcessId}-*"));
        Assert.Empty(Children());
    }

    /// <remarks>With mounts in it, deleting the directory would delete what is mounted: the machine's own files.</remarks>
    [Fact]
    public async Task The_process_that_deletes_the_engines_directory_sees_no_mounts_in_it()
    {
        await using var engine = await PythonEngine.StartAsync(
            new PythonEngineOptions { Modules = [], PoolSize = 0 }, TestContext.Current.CancellationToken);
        var launcher = Assert.Single(Children());
        Assert.DoesNotContain($"codeact-{Environment.ProcessId}-", await File.ReadAllTextAsync(
            Path.Combine(launcher, "mountinfo"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_control_group_is_left_behind()
    {
        await Assert.ThrowsAsync<PythonUnavailableException>(
            () => PythonEngine.StartAsync(new PythonEngineOptions { Python = "/bin/false" }, TestContext.Current.CancellationToken));
        await using (var engine = await PythonEngine.StartAsync(new PythonEngineOptions { Modules = [], PoolSize = 1 }, TestContext.Current.CancellationToken))
        {
            Assert.All(engine.Sandbox.Layers.TakeLast(2), layer => Assert.True(layer.Enforced, layer.How));
            var session = await engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
            await session.RunAsync("import subprocess; subprocess.Popen(['sleep', '100'])");
            Assert.NotEmpty(Groups($"codeact-{Environment.ProcessId}-*").SelectMany(Directory.EnumerateDirectories));
            await session.DisposeAsync();
        }

        Assert.Empty(Groups($"codeact-{Environment.ProcessId}-*"));
    }

    [Fact]
    public async Task A_missing_module_is_skipped_and_reported()
    {
        var options = new PythonEngineOptions { Modules = ["json", "no_such_module"], PoolSize = 0 };
        await using var engine = await PythonEngine.StartAsync(options, TestContext.Current.CancellationToken);
        Assert.Equal(["no_such_module"], engine.MissingModules.Keys);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        Assert.Equal("2", (await session.RunAsync("1 + 1")).Result.PlainText);
    }

    [Theory]
    [InlineData("/no/such/python")]
    [InlineData("/bin/false")]
    public async Task An_interpreter_that_cannot_start_is_named_in_the_error(string python)
    {
        var options = new PythonEngineOptions { Python = python };
        var error = await Assert.ThrowsAsync<PythonUnavailableException>(
            () => PythonEngine.StartAsync(options, TestContext.Current.CancellationToken));
        Assert.Contains(python, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_are_made_and_used_by_many_at_once()
    {
        var options = new PythonEngineOptions { Modules = [], PoolSize = 4 };
        await using var engine = await PythonEngine.StartAsync(options, TestContext.Current.CancellationToken);
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            await using var session = await engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
            return int.Parse((await session.RunAsync($"{n} * 2")).Result.PlainText, CultureInfo.InvariantCulture);
        }));
        Assert.Equal(Enumerable.Range(0, 40).Select(n => n * 2), results);
    }

    [Fact]
    public async Task Without_a_sandbox_code_runs_with_the_rights_of_the_host()
    {
        var options = new PythonEngineOptions { Modules = [], Sandbox = SandboxPolicy.None };
        await using var engine = await PythonEngine.StartAsync(options, TestContext.Current.CancellationToken);
        Assert.Empty(engine.Sandbox.Layers);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        var outcome = await session.RunAsync("import os; os.getcwd()");
        Assert.Equal($"'{session.Workspace.Root}'", outcome.Result.PlainText);
    }

    private static async Task UseAsync(PythonEngineOptions options)
    {
        await using var engine = await PythonEngine.StartAsync(options, TestContext.Current.CancellationToken);
        var session = await engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        await session.RunAsync("!sleep 100 &");
        await session.RunAsync("import os; os._exit(1)");
        await session.RunAsync("1");
        var policy = new SandboxPolicy { Network = NetworkPolicy.Allow("127.0.0.1:9"), Mounts = [new SandboxMount("/usr/share")] };
        var online = await engine.CreateSessionAsync(new SessionOptions { Sandbox = policy }, TestContext.Current.CancellationToken);
        await online.RunAsync("import socket\nopen_ones = [socket.create_connection(('127.0.0.1', 3128)) for _ in range(5)]");
        var left = await engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        await left.RunAsync("import threading; threading.Thread(target=threading.Event().wait).start()");
    }

    internal static string[] Children() => [.. Directory.GetDirectories("/proc")
        .Where(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out _))
        .Where(directory => ParentOf(directory) == Environment.ProcessId && !IsPostgres(directory))];

    // The server of other tests, which goes on to the end.
    private static bool IsPostgres(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).TrimEnd() is "postgres" or "setpriv";
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int ParentOf(string process)
    {
        try
        {
            var line = File.ReadLines(Path.Combine(process, "status")).First(text => text.StartsWith("PPid:", StringComparison.Ordinal));
            return int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it ended meanwhile
        }
    }

    /// <summary>What is open now, each kind as often as there are more of it; what closed meanwhile was left by earlier tests.</summary>
    internal static IEnumerable<string> NewSince(IReadOnlyList<string> before) => Descriptors()
        .CountBy(kind => kind)
        .Where(now => now.Value > before.Count(kind => kind == now.Key))
        .Select(now => $"{now.Value - before.Count(kind => kind == now.Key)} × {now.Key}");

    internal static IReadOnlyList<string> Descriptors() =>
        [.. Directory.GetFiles("/proc/self/fd")
            .Select(descriptor => new FileInfo(descriptor).LinkTarget?.Split(":[")[0] ?? "")
            .Where(target => target.Length > 0 && !target.EndsWith(".dll", StringComparison.Ordinal)) // which the runtime loads when it needs them
            .Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Groups(string pattern) => ControlGroupPlaces
        .Find(File.ReadAllLines("/proc/self/cgroup"), File.ReadAllLines("/proc/self/mountinfo"), "").All
        .SelectMany(place => Directory.GetDirectories(place, pattern));
}
