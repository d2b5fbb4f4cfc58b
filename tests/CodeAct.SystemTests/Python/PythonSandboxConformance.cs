using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>What no confined session can do, whichever way it is confined: each is tried from inside.</summary>
public abstract class PythonSandboxConformance
{
    protected abstract PythonEngine Engine { get; }

    /// <summary>The layers that this way of confining does not have.</summary>
    protected virtual IReadOnlyList<string> Missed => [];

    [Theory]
    [InlineData("socket.socket(socket.AF_INET)")]
    [InlineData("socket.socket(socket.AF_INET6)")]
    [InlineData("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)")]
    [InlineData("socket.socket(socket.AF_PACKET, socket.SOCK_RAW)")]
    [InlineData("urllib.request.urlopen('http://127.0.0.1:80', timeout=2)")]
    public Task The_network_cannot_be_used(string code) => IsRefusedAsync("import socket, urllib.request\n" + code);

    [Theory]
    [InlineData("os.listdir(HOME)")]
    [InlineData("os.listdir(ENGINE)")]
    [InlineData("open('/etc/shadow')")]
    [InlineData("os.listdir('/var')")]
    [InlineData("open(ASSEMBLY, 'rb')")]
    [InlineData("os.open('/proc/1/root' + HOME, 0)")]
    public Task The_hosts_files_cannot_be_read(string code) => IsRefusedAsync(code);

    [Theory]
    [InlineData("open('/usr/x', 'w')")]
    [InlineData("open('/etc/x', 'w')")]
    [InlineData("os.mkdir('/x')")]
    [InlineData("os.chmod('/usr/bin/python3', 0o777)")]
    [InlineData("os.link('/usr/bin/env', '/workspace/env')")]
    [InlineData("os.mknod('n', 0o666 | stat.S_IFBLK, os.makedev(254, 0))")]
    public Task The_system_cannot_be_changed(string code) => IsRefusedAsync("import stat\n" + code);

    [Theory]
    [InlineData("os.setuid(0)")]
    [InlineData("os.unshare(os.CLONE_NEWUSER) if hasattr(os, 'unshare') else call(272, 0x10000000)")]
    [InlineData("call(165, b'tmpfs', b'/tmp', b'tmpfs', 0, 0)")] // mount
    [InlineData("call(101, 16, 1, 0, 0)")] // ptrace
    [InlineData("call(321, 0, 0, 0)")] // bpf
    [InlineData("call(425, 8, 0)")] // io_uring_setup
    [InlineData("call(56, 0x10000000 | 17, 0, 0, 0, 0)")] // clone into a user namespace
    [InlineData("call(0x40000000 | 272, 0x10000000)")] // unshare by the other way into the kernel
    [InlineData("call(298, 0, 0, 0, 0, 0)")] // perf_event_open
    [InlineData("call(323, 0)")] // userfaultfd
    [InlineData("call(250, 0, 0, 0, 0)")] // keyctl
    [InlineData("call(135, 0x0040000)")] // personality, which is on no list of ours
    [InlineData("call(600)")] // what a kernel to come may have
    [InlineData("import fcntl; fcntl.ioctl(0, 0x5412, b'x')")] // a key pressed on the terminal
    [InlineData("os.chroot('/tmp')")]
    public Task Privileges_cannot_be_gained(string code) => IsRefusedAsync(code);

    [Theory]
    [InlineData("import subprocess; subprocess.run('seq 9 | sort -r | head -2 > a; cp -a a b; tar cf c.tar a b; wc -c < c.tar', shell=True, check=True)")]
    [InlineData("import sqlite3; sqlite3.connect('x.db').execute('create table t(a)')")]
    [InlineData("import asyncio; p = await asyncio.create_subprocess_exec('true'); await p.wait(); await asyncio.to_thread(sum, [1])")]
    [InlineData("import os, mmap, select, signal; os.mkfifo('f'); mmap.mmap(-1, 9); select.epoll(); signal.setitimer(0, 0); os.sched_getaffinity(0)")]
    [InlineData("import numpy as n; n.linalg.svd(n.ones((200, 200))); import matplotlib.pyplot as p; p.plot([1]); p.savefig('a.png')")]
    public Task What_programs_do_every_day_goes_through(string code) => GoesThroughAsync(code);

    [Fact]
    public async Task Sessions_do_not_share_memory_of_System_V()
    {
        await using var session = await CreateAsync();
        await using var other = await CreateAsync();
        await other.RunAsync("import ctypes; ctypes.CDLL(None).shmget(4711, 4096, 0o1666)");
        await IsRefusedAsync(session, "call(29, 4711, 4096, 0)");
    }

    [Fact]
    public async Task Programs_with_the_setuid_bit_give_nothing()
    {
        await using var session = await CreateAsync();
        Assert.DoesNotContain("uid=0(", (await session.RunAsync("!su -c id < /dev/null; mount -t tmpfs x /tmp; id")).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_hosts_environment_is_seen()
    {
        await using var session = await CreateAsync();
        var names = (await session.RunAsync("import os; print(*sorted(os.environ))")).Stdout.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["GIT_CONFIG_NOSYSTEM", "HOME", "IPYTHONDIR", "LANG", "LOGNAME", "MKL_NUM_THREADS", "MPLBACKEND", "MPLCONFIGDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH", "PWD", "TMPDIR", "USER"],
            names);
    }

    [Fact]
    public async Task The_processes_of_others_are_neither_seen_nor_hit()
    {
        await using var session = await CreateAsync();
        await using var other = await CreateAsync();
        await IsRefusedAsync(session, $"os.kill({Environment.ProcessId}, 0)");
        var seen = await session.RunAsync("try:\n    n = len([p for p in os.listdir('/proc') if p.isdigit()])\nexcept OSError:\n    n = 1\nn");
        Assert.Equal("1", seen.Result.PlainText);
    }

    [Fact]
    public async Task One_session_does_not_reach_the_files_of_another()
    {
        await using var session = await CreateAsync();
        await using var other = await CreateAsync();
        await other.RunAsync("open('secret', 'w').write('x')");
        await IsRefusedAsync(session, $"os.listdir('{other.Workspace.Root}')");
        await IsRefusedAsync(session, $"open('{other.Workspace.Root}/secret')");
    }

    [Fact]
    public async Task Sessions_cannot_talk_over_abstract_sockets()
    {
        await using var session = await CreateAsync();
        await using var other = await CreateAsync();
        await other.RunAsync("import socket\ntry:\n    s = socket.socket(socket.AF_UNIX); s.bind('\\0codeact'); s.listen()\nexcept OSError: pass");
        await IsRefusedAsync(session, "import socket; socket.socket(socket.AF_UNIX).connect('\\0codeact')");
    }

    [Fact]
    public async Task A_fork_bomb_stops_at_the_limit_and_the_session_lives()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(
            "import os, time\nn = 0\ntry:\n    while n < 1000:\n        if os.fork() == 0: time.sleep(60); os._exit(0)\n        n += 1\nexcept OSError: pass\nn < 600");
        Assert.Equal("True", outcome.Result.PlainText);
    }

    [Theory]
    [InlineData("subprocess.Popen(['sleep', MARK]); open('started', 'w')")]
    [InlineData("subprocess.Popen(['setsid', 'sh', '-c', f'sleep {MARK} & touch started'])")] // on the floor it may end before its session
    public async Task No_process_outlives_its_session(string code)
    {
        var mark = $"{1_000_000 + Environment.TickCount64 % 1_000_000}";
        await using (var session = await CreateAsync())
        {
            await session.RunAsync($"import subprocess, time\nMARK = '{mark}'\n{code}");
            await PythonSessionConformance.Until(() => File.Exists(Path.Combine(session.Workspace.Root, "started")));
        }

        await PythonSessionConformance.Until(() => !IsRunning(mark));
    }

    [Fact]
    public async Task Memory_and_file_size_end_at_their_limits()
    {
        var limits = new SessionLimits { MemoryBytes = 256 << 20, FileBytes = 1 << 20, OpenFiles = 64 };
        await using var session = await Engine.CreateSessionAsync(
            new SessionOptions { Limits = limits }, TestContext.Current.CancellationToken);
        Assert.Equal("MemoryError", (await session.RunAsync("x = bytearray(300 << 20)")).Error.Name);
        Assert.Equal("MemoryError", (await session.RunAsync("x = []\nwhile True: x.append('y' * 1000000 + str(len(x)))")).Error.Name);
        Assert.Equal("OSError", (await session.RunAsync("x = None\nopen('big', 'wb').write(b'x' * (2 << 20))")).Error.Name);
        Assert.Equal("OSError", (await session.RunAsync("fs = [open('/dev/null') for i in range(100)]")).Error.Name);
    }

    [Fact]
    public void The_report_says_that_what_must_be_enforced_is()
    {
        Assert.Equal(SandboxMode.Auto, Engine.Sandbox.Mode);
        Assert.True(Engine.Sandbox.Layers.Count > 20, "The report is short.");
        Assert.Equal(Missed, Engine.Sandbox.Layers.Where(layer => !layer.Enforced).Select(layer => layer.Name));
    }

    private static bool IsRunning(string argument) => Directory.EnumerateDirectories("/proc")
        .Where(directory => Path.GetFileName(directory).All(char.IsAsciiDigit))
        .Any(directory =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(directory, "cmdline")).Contains($"sleep\0{argument}\0", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // it ended meanwhile
            }
        });

    private Task<IPythonSession> CreateAsync() =>
        Engine.CreateSessionAsync(new SessionOptions { Checkpoints = new() { Automatic = false } }, TestContext.Current.CancellationToken);

    protected async Task GoesThroughAsync(string code)
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(code);
        Assert.True(outcome.Status == CellStatus.Ok, $"{outcome.Order}: {outcome.Stderr}");
    }

    private async Task IsRefusedAsync(string code)
    {
        await using var session = await CreateAsync();
        await IsRefusedAsync(session, code);
    }

    private static async Task IsRefusedAsync(IPythonSession session, string code)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var assembly = typeof(PythonSandboxConformance).Assembly.Location;
        await session.RunAsync(string.Join('\n',
            "import os, ctypes",
            $"HOME, ENGINE, ASSEMBLY = '{home}', '{Path.GetDirectoryName(session.Workspace.Root)}', '{assembly}'",
            "def call(*arguments):",
            "    if ctypes.CDLL(None, use_errno=True).syscall(*arguments) == -1:",
            "        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))"));
        var outcome = await session.RunAsync(code);
        Assert.True(outcome.Status == CellStatus.Raised, $"{code} went through: {outcome.Order}");
        Assert.Matches("^(PermissionError|FileNotFoundError|OSError|URLError|ProcessLookupError|ConnectionRefusedError)$", outcome.Error.Name);
    }
}
