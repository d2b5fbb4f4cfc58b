using System.Diagnostics;
using System.Text.RegularExpressions;
using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>
/// Sessions on every interpreter of this machine. One without IPython gets that of <c>/usr/bin/python3</c>, which is pure Python, by way
/// of a venv.
/// </summary>
public sealed partial class InterpretersTests : IDisposable
{
    private const string System = "/usr/bin/python3";

    private readonly string _directory = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, $"interpreters-{Guid.NewGuid():N}")).FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Every supported version once, by the paths where such programs are.</summary>
    public static TheoryData<string, string> Interpreters()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = ["/usr/bin", "/usr/local/bin", .. Folders(Path.Combine(home, ".pyenv", "versions")), .. Folders("/opt")];
        var found = folders
            .SelectMany(folder => Directory.Exists(folder) ? Directory.GetFiles(folder, "python3.*") : [])
            .Where(path => VersionedName().IsMatch(path))
            .Select(path => (Path: path, Version: Output(path, "-I", "-c", "import platform; print(platform.python_version())").Trim()))
            .DistinctBy(interpreter => interpreter.Version);
        var data = new TheoryData<string, string>();
        foreach (var (path, version) in found)
        {
            data.Add(version, path);
        }

        return data;
    }

    [Fact]
    public void There_are_interpreters_of_several_versions_or_at_least_the_systems() =>
        Assert.Contains(Interpreters(), row => File.ResolveLinkTarget(System, returnFinalTarget: true)?.FullName == row.Data.Item2);

    [Theory]
    [MemberData(nameof(Interpreters))]
    public async Task A_session_keeps_its_promises(string version, string path)
    {
        var options = new PythonEngineOptions { Python = Venv(path), Modules = [], PoolSize = 0 };
        await using var engine = await PythonEngine.StartAsync(options, Cancel);
        Assert.Equal(version, engine.PythonVersion);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        foreach (var (code, order) in Promises())
        {
            Assert.Equal((code, order), (code, (await session.RunAsync(code)).Order));
        }

        var error = (await session.RunAsync("def ratio(a, b):\n    return a / b\nratio(1, 0)")).Error;
        Assert.StartsWith("Traceback (most recent call last):\n  File \"<cell ", error.Traceback, StringComparison.Ordinal);
        Assert.EndsWith("\nZeroDivisionError: division by zero", error.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error.Traceback);
        Assert.DoesNotContain("IPython", error.Traceback, StringComparison.Ordinal);
        Assert.Contains("'(' was never closed", (await session.RunAsync("x = (1,")).Error.Message, StringComparison.Ordinal);
        Assert.Equal(CellStatus.TimedOut, (await session.RunAsync("!sleep 60", TimeSpan.FromMilliseconds(300))).Status);
        Assert.Equal(CellStatus.TimedOut, (await session.RunAsync("while True: pass", TimeSpan.FromMilliseconds(200))).Status);
        Assert.Equal("result 7|ended Ok", (await session.RunAsync("kept")).Order);
        var checkpoint = await session.CheckpointAsync(Cancel);
        await session.RunAsync("kept = 8; import os; os._exit(4)");
        Assert.Equal("restarted|result 7|ended Ok", (await session.RunAsync("kept")).Order);
        await session.RunAsync("kept = 9");
        await session.RollbackAsync(checkpoint, Cancel);
        Assert.Equal("result 7|ended Ok", (await session.RunAsync("kept")).Order);
        Assert.Equal("OSError", (await session.RunAsync("open('/usr/x', 'w')")).Error.Name);
    }

    [Theory]
    [MemberData(nameof(Interpreters))]
    public async Task The_plain_backend_runs_on_it(string version, string path)
    {
        var options = new PythonEngineOptions { Python = Venv(path), Backend = PythonBackend.Plain, PoolSize = 0 };
        await using var engine = await PythonEngine.StartAsync(options, Cancel);
        Assert.Equal(version, engine.PythonVersion);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        foreach (var (code, order) in Promises())
        {
            Assert.Equal((code, order), (code, (await session.RunAsync(code)).Order));
        }

        Assert.Equal(CellStatus.TimedOut, (await session.RunAsync("while True: pass", TimeSpan.FromMilliseconds(200))).Status);
        Assert.Equal("result 7|ended Ok", (await session.RunAsync("kept")).Order);
    }

    [Fact]
    public async Task A_venv_with_packages_of_its_own_is_used_and_processes_of_the_session_use_it_too()
    {
        var python = Venv(System);
        var site = Directory.GetDirectories(Path.Combine(_directory, "venv", "lib"))[0];
        await File.WriteAllTextAsync(Path.Combine(site, "site-packages", "only_here.py"), "where = 'venv'", Cancel);
        await using var engine = await PythonEngine.StartAsync(
            new PythonEngineOptions { Python = python, Modules = ["only_here"], PoolSize = 0 }, Cancel);
        Assert.Empty(engine.MissingModules);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        Assert.Equal(
            "out venv/venv|result True|ended Ok",
            (await session.RunAsync(
                "import only_here, sys\nprint(only_here.where)\n!python3 -c 'import only_here; print(only_here.where)'\nsys.prefix.endswith('venv')")).Order);
    }

    [Theory]
    [InlineData("/tmp", true)]
    [InlineData("/tmp", false)]
    [InlineData("/dev/shm", true)]
    public async Task A_venv_may_lie_where_sessions_have_files_of_their_own(string place, bool namespaces)
    {
        var directory = Directory.CreateDirectory(Path.Combine(place, $"codeact-venv-{Guid.NewGuid():N}")).FullName;
        try
        {
            var venv = Path.Combine(directory, "of its own");
            Output(System, "-I", "-m", "venv", "--without-pip", "--system-site-packages", venv);
            await File.WriteAllTextAsync(Path.Combine(directory, "beside.txt"), "secret", Cancel);
            var options = new PythonEngineOptions
            {
                Python = Path.Combine(venv, "bin", "python"),
                Modules = [],
                PoolSize = 0,
                Namespaces = namespaces,
            };
            await using var engine = await PythonEngine.StartAsync(options, Cancel);
            await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
            Assert.Equal(
                $"out {venv}|ended Ok",
                (await session.RunAsync("import os, subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import sys; print(sys.prefix)']); None")).Order);
            Assert.Equal(
                "result 'kept'|ended Ok",
                (await session.RunAsync("import tempfile\nfile = tempfile.TemporaryFile('w+')\nfile.write('kept'); file.seek(0); file.read()")).Order);
            foreach (var code in (string[])
            [
                "open(sys.prefix + '/new', 'w')", "os.remove(sys.prefix + '/pyvenv.cfg')", "os.rename(sys.prefix, 'mine')",
                "open(os.path.dirname(sys.prefix) + '/beside.txt')",
            ])
            {
                Assert.Equal((code, CellStatus.Raised), (code, (await session.RunAsync(code)).Status));
            }

            await session.RunAsync("file.close()");
            await using var fork = await session.ForkAsync(checkpoint: null, Cancel);
            Assert.Equal("result True|ended Ok", (await fork.RunAsync("os.path.exists(sys.prefix + '/pyvenv.cfg')")).Order);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task What_sessions_would_see_in_place_of_their_own_files_is_refused_by_name()
    {
        var python = Venv(System);
        var site = Directory.GetDirectories(Path.Combine(_directory, "venv", "lib"))[0];
        await File.WriteAllTextAsync(Path.Combine(site, "site-packages", "all.pth"), "/tmp\n", Cancel);
        var refused = await Assert.ThrowsAsync<PythonUnavailableException>(
            () => PythonEngine.StartAsync(new PythonEngineOptions { Python = python, Modules = [], PoolSize = 0 }, Cancel));
        Assert.Contains(
            ": '/tmp', from which Python imports, cannot be shown to sessions: each has a '/tmp' of its own.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interpreter_is_found_behind_a_link()
    {
        var link = Path.Combine(_directory, "py");
        File.CreateSymbolicLink(link, System);
        await using var engine = await PythonEngine.StartAsync(
            new PythonEngineOptions { Python = link, Modules = [], PoolSize = 0 }, Cancel);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        Assert.Equal("0", (await session.RunAsync("import subprocess, sys; subprocess.run([sys.executable, '-c', '']).returncode")).Result.PlainText);
    }

    /// <summary>What IPython's machinery, the streams and child processes have to do on any version.</summary>
    private static IEnumerable<(string Code, string Order)> Promises() =>
    [
        ("kept = 7; kept", "result 7|ended Ok"),
        ("print('a')\n!echo b\ndisplay(1)\n2", "out a/b|display 1|result 2|ended Ok"),
        ("import os, sys; os.write(1, b'c'); print('d', file=sys.stderr)", "out c|err d|ended Ok"),
        ("import asyncio\nawait asyncio.gather(asyncio.sleep(0.001, 5), asyncio.sleep(0.001, 6))", "result [5, 6]|ended Ok"),
        ("pid = os.fork()\nif pid == 0:\n    print('child'); os._exit(0)\nos.waitpid(pid, 0); print('parent')", "out child/parent|ended Ok"),
        ("import threading\nt = threading.Thread(target=print, args=('t',)); t.start(); t.join()", "out t|ended Ok"),
        ("import subprocess; subprocess.run([sys.executable, '-c', 'print(4)'], check=True).returncode", "out 4|result 0|ended Ok"),
        ("raise KeyError('k')", "error KeyError|ended Raised"),
        ("if", "error SyntaxError|ended Raised"),
        ("exit()", "error SystemExit|ended Raised"),
    ];

    /// <summary>The path of an interpreter that has IPython: in a venv of it, which sees that of the system's Python.</summary>
    private string Venv(string python)
    {
        var venv = Path.Combine(_directory, "venv");
        Output(python, "-I", "-m", "venv", "--without-pip", venv);
        var library = Directory.CreateDirectory(Path.Combine(_directory, "pure")).FullName;
        var source = Output(System, "-I", "-c", "import IPython, os; print(os.path.dirname(os.path.dirname(IPython.__file__)))").Trim();
        string[] names = ["IPython", "traitlets", "decorator.py", "jedi", "parso", "prompt_toolkit", "pygments", "stack_data", "pure_eval",
            "executing", "asttokens", "pickleshare.py", "backcall", "matplotlib_inline", "pexpect", "ptyprocess", "wcwidth", "six.py"];
        foreach (var name in names.Where(name => Path.Exists(Path.Combine(source, name))))
        {
            File.CreateSymbolicLink(Path.Combine(library, name), Path.Combine(source, name));
        }

        var site = Directory.GetDirectories(Path.Combine(venv, "lib"))[0];
        File.WriteAllText(Path.Combine(site, "site-packages", "pure.pth"), library + "\n");
        return Path.Combine(venv, "bin", "python");
    }

    private static IEnumerable<string> Folders(string parent) =>
        Directory.Exists(parent) ? Directory.GetDirectories(parent).Select(folder => Path.Combine(folder, "bin")) : [];

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }

    [GeneratedRegex(@"/python3\.1[0-4]\z", RegexOptions.NonBacktracking)]
    private static partial Regex VersionedName();
}
