using System.Diagnostics;
using System.Globalization;
using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>An engine of the plain backend, shared by the tests of a class.</summary>
public sealed class PlainEngine : IAsyncLifetime
{
    public PythonEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await PythonEngine.StartAsync(
        new PythonEngineOptions { Backend = PythonBackend.Plain }, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

public sealed class PlainPythonSessionTests(PlainEngine plain) : PythonSessionConformance, IClassFixture<PlainEngine>
{
    protected override Task<IPythonSession> CreateAsync(SessionOptions options) =>
        plain.Engine.CreateSessionAsync(options, TestContext.Current.CancellationToken);

    [Fact]
    public async Task What_it_cannot_do_is_declared()
    {
        await using var session = await CreateAsync();
        Assert.Equal(new SessionCapabilities { Sandboxed = false, Limits = false, EndsProcesses = false, Checkpoints = false }, session.Capabilities);
        Assert.Equal((SandboxMode.None, 0), (plain.Engine.Sandbox.Mode, plain.Engine.Sandbox.Layers.Count));
    }

    [Fact]
    public async Task As_declared_its_code_has_the_rights_of_the_host()
    {
        await using var session = await CreateAsync();
        var assembly = typeof(PlainPythonSessionTests).Assembly.Location;
        var outcome = await session.RunAsync($"import os, socket; socket.socket(socket.AF_INET); print(open('{assembly}', 'rb').read(2), os.getcwd())");
        Assert.Equal($"b'MZ' {session.Workspace.Root}\n", outcome.Stdout);
    }

    [Fact]
    public async Task As_declared_limits_are_refused()
    {
        var options = new SessionOptions { Limits = new SessionLimits { MemoryBytes = 256 << 20 } };
        var refused = await Assert.ThrowsAsync<NotSupportedException>(
            () => plain.Engine.CreateSessionAsync(options, TestContext.Current.CancellationToken));
        Assert.Contains("SessionOptions.Limits", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_declared_checkpoints_forks_and_trials_are_refused_and_the_session_lives()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("x = 1");
        await Assert.ThrowsAsync<NotSupportedException>(() => session.CheckpointAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<NotSupportedException>(() => session.ForkAsync(null, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<NotSupportedException>(
            () => session.IsolatedTryAsync(new Cell("x = 2"), TestContext.Current.CancellationToken));
        Assert.Empty(session.Checkpoints);
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task As_declared_a_policy_for_the_sandbox_is_refused()
    {
        var options = new PythonEngineOptions
        {
            Backend = PythonBackend.Plain,
            Sandbox = new SandboxPolicy { Mounts = [new SandboxMount("/usr")] },
        };
        await Assert.ThrowsAsync<SandboxPolicyException>(
            () => PythonEngine.StartAsync(options, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task As_declared_a_process_that_detaches_itself_outlives_its_session()
    {
        Process detached;
        await using (var session = await CreateAsync())
        {
            await session.RunAsync("import subprocess; p = subprocess.Popen(['sh', '-c', 'setsid sleep 300 >/dev/null 2>&1 & echo $! > pid']); p.wait()");
            detached = Process.GetProcessById(int.Parse(
                await File.ReadAllTextAsync(Path.Combine(session.Workspace.Root, "pid"), TestContext.Current.CancellationToken),
                CultureInfo.InvariantCulture));
        }

        using (detached)
        {
            Assert.False(detached.HasExited);
            detached.Kill();
        }
    }

    [Fact]
    public async Task A_child_that_stays_ends_with_its_session()
    {
        Process child;
        await using (var session = await CreateAsync())
        {
            var pid = (await session.RunAsync("import subprocess; p = subprocess.Popen(['sleep', '300']); p.pid")).Result.PlainText;
            child = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
        }

        using (child)
        {
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Nothing_of_the_hosts_environment_is_seen()
    {
        await using var session = await CreateAsync();
        var names = (await session.RunAsync("import os; print(*sorted(os.environ))")).Stdout.Trim();
        Assert.Equal("HOME IPYTHONDIR LANG MPLBACKEND MPLCONFIGDIR PATH TMPDIR", names);
    }

    [Fact]
    public async Task Text_of_a_child_is_shown_while_the_cell_runs()
    {
        await using var session = await CreateAsync();
        var cell = new Cell("!echo first; while [ ! -e go ]; do sleep 0.01; done; echo second");
        var text = "";
        await foreach (var shown in session.RunAsync(cell, TestContext.Current.CancellationToken))
        {
            text += (shown as StreamText)?.Text;
            if (text == "first\n")
            {
                await File.WriteAllTextAsync(Path.Combine(session.Workspace.Root, "go"), "", TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal("first\nsecond\n", text);
    }

    [Fact]
    public async Task A_process_that_never_stops_writing_does_not_keep_a_cell_from_ending()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import subprocess; p = subprocess.Popen(['yes']); 1", TimeSpan.FromSeconds(20));
        Assert.Equal(CellStatus.Ok, outcome.Status);
        Assert.Equal(CellStatus.Ok, (await session.RunAsync("p.kill(); p.wait();", TimeSpan.FromSeconds(20))).Status);
    }
}

/// <summary>What is particular to how plain workers are started and reached.</summary>
[Collection(nameof(Alone))]
public sealed class PlainEngineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Over_tcp_a_session_works_as_over_a_unix_socket()
    {
        var options = new PythonEngineOptions { Backend = PythonBackend.Plain, Loopback = true, PoolSize = 0 };
        await using var engine = await PythonEngine.StartAsync(options, Cancel);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        Assert.Equal("out a/b|display 1|result 2|ended Ok", (await session.RunAsync("print('a')\n!echo b\ndisplay(1)\n2")).Order);
        Assert.Equal(1 << 20, (await session.RunAsync("print('x' * (1 << 20), end='')")).Stdout.Length);
        Assert.Equal(CellStatus.TimedOut, (await session.RunAsync("while True: print(1)", TimeSpan.FromMilliseconds(200))).Status);
        Assert.Equal("out last|ended Died", (await session.RunAsync("print('last'); import os; os._exit(1)")).Order);
        Assert.Equal("restarted|result 1|ended Ok", (await session.RunAsync("1")).Order);
    }

    [Fact]
    public async Task Who_connects_without_the_token_is_sent_away()
    {
        var directory = Directory.CreateTempSubdirectory("codeact-test-").FullName;
        var python = Path.Combine(directory, "python");
        await File.WriteAllTextAsync(python, """
            #!/usr/bin/python3
            import json, os, socket, sys
            line = os.read(0, 65536)
            for token in b"", b"0" * 64:
                stranger = socket.create_connection(("127.0.0.1", int(json.loads(line)["address"][4:])))
                stranger.sendall(token)
                stranger.shutdown(socket.SHUT_WR)
                with open(sys.argv[0] + ".log", "a") as log: log.write(repr(stranger.recv(1)))
            mine, host = os.pipe()
            os.write(host, line)
            os.dup2(mine, 0)
            os.set_inheritable(host, True)
            os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv[1:]])
            """, Cancel);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(python, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        try
        {
            var options = new PythonEngineOptions { Backend = PythonBackend.Plain, Loopback = true, PoolSize = 0, Python = python };
            await using var engine = await PythonEngine.StartAsync(options, Cancel);
            Assert.Equal("b''b''", await File.ReadAllTextAsync(python + ".log", Cancel));
            await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
            Assert.Equal("2", (await session.RunAsync("1 + 1")).Result.PlainText);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("/no/such/python", "/no/such/python")]
    [InlineData("/bin/false", "exit code 1")]
    public async Task An_interpreter_that_cannot_start_is_named_in_the_error(string python, string expected)
    {
        var options = new PythonEngineOptions { Backend = PythonBackend.Plain, Python = python };
        var error = await Assert.ThrowsAsync<PythonUnavailableException>(() => PythonEngine.StartAsync(options, Cancel));
        Assert.Contains(python, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_leaves_no_process_no_descriptor_and_no_directory_behind()
    {
        await UseAsync(); // the runtime's own descriptors are open after this
        var descriptors = PythonEngineTests.Descriptors();
        await UseAsync();
        Assert.Empty(PythonEngineTests.NewSince(descriptors));
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), $"codeact-{Environment.ProcessId}-*"));
        Assert.Empty(PythonEngineTests.Children());
    }

    private static async Task UseAsync()
    {
        await using var engine = await PythonEngine.StartAsync(
            new PythonEngineOptions { Backend = PythonBackend.Plain, PoolSize = 1 }, Cancel);
        var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        await session.RunAsync("import subprocess, os; subprocess.Popen(['sleep', '100']); os.write(1, b'x')");
        await session.RunAsync("import os; os.abort()");
        await session.RunAsync("1");
    }
}
