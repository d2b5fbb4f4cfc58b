using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>Files of the host that a session is given, with a private root and on the floor.</summary>
public sealed class SandboxMountTests(LocalEngine local, FloorEngine floor)
    : IClassFixture<LocalEngine>, IClassFixture<FloorEngine>, IDisposable
{
    private readonly string _host = Directory.CreateTempSubdirectory("codeact-mounts-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_host, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_reads_what_is_mounted_and_changes_it_only_where_it_may(bool spaces)
    {
        var engine = spaces ? local.Engine : floor.Engine;
        var data = new SandboxMount(Make("data", "in.csv", "a,b"));
        var made = new SandboxMount(Make("out"), "made") { Writable = true };
        var one = new SandboxMount(Path.Combine(Make("single", "one.txt", "1"), "one.txt"));
        var (dataPath, madePath, onePath) = (engine.PathInSession(data), engine.PathInSession(made), engine.PathInSession(one));
        Assert.Equal(spaces ? "/mnt/made" : made.HostPath, madePath);
        await using var session = await engine.CreateSessionAsync(
            new SessionOptions { Sandbox = new SandboxPolicy { Mounts = [data, made, one] } }, Cancel);

        Assert.Equal("'a,b'", (await session.RunAsync($"open('{dataPath}/in.csv').read()")).Result.PlainText);
        Assert.Equal("'1'", (await session.RunAsync($"open('{onePath}').read()")).Result.PlainText);
        Assert.Equal("''", (await session.RunAsync($"import os\nopen('{madePath}/x', 'w').write('made')\nos.mkdir('{madePath}/d')\n''")).Result.PlainText);
        Assert.Equal("made", await File.ReadAllTextAsync(Path.Combine(_host, "out", "x"), Cancel));
        foreach (var code in (string[])
        [
            $"open('{dataPath}/in.csv', 'a')", $"open('{dataPath}/new', 'w')", $"os.remove('{dataPath}/in.csv')", $"open('{onePath}', 'w')",
            $"os.mkdir('{Path.GetDirectoryName(dataPath)}/new')", $"os.mknod('{madePath}/disk', 0o60600, os.makedev(254, 0))",
        ])
        {
            Assert.Equal("OSError|PermissionError", $"OSError|{(await session.RunAsync($"try: {code}\nexcept OSError: raise PermissionError")).Error.Name}");
        }

        await using var neighbour = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        Assert.Equal(CellStatus.Raised, (await neighbour.RunAsync($"open('{dataPath}/in.csv')")).Status);
    }

    [Fact]
    public async Task A_link_that_appears_in_a_mount_leads_nowhere_outside_it()
    {
        var made = new SandboxMount(Make("out")) { Writable = true };
        await using var session = await local.Engine.CreateSessionAsync(
            new SessionOptions { Sandbox = new SandboxPolicy { Mounts = [made] } }, Cancel);
        await session.RunAsync("import os\nos.symlink('/etc', '/mnt/out/link')");

        Assert.False((await session.RunAsync("open('/mnt/out/link/shadow')")).Status == CellStatus.Ok);
        var over = new SandboxMount(Path.Combine(made.HostPath, "link"));
        var error = await RefusedAsync(over);
        Assert.Contains("leads over a link. Name '/etc' itself", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "'/' is not mounted")]
    [InlineData("/proc", "'/proc' is not mounted")]
    [InlineData("/sys/kernel", "'/sys/kernel' is not mounted")]
    [InlineData("/dev/../dev/shm", "'/dev/shm' is not mounted")]
    [InlineData("data", "not 'data'")]
    public void What_would_open_the_machine_is_refused_when_it_is_named(string path, string message) =>
        Assert.Contains(message, Assert.Throws<SandboxPolicyException>(() => new SandboxMount(path, "name")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("a\n")]
    public void A_name_that_is_none_is_refused(string name) =>
        Assert.Contains($"'{name}' cannot name a mount", Assert.Throws<SandboxPolicyException>(() => new SandboxMount("/srv", name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_mounts_of_one_name_are_refused() => Assert.Contains(
        "Two mounts are called 'x'",
        Assert.Throws<SandboxPolicyException>(() => new SandboxPolicy { Mounts = [new SandboxMount("/srv/x"), new SandboxMount("/opt/x")] }).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task What_is_not_there_and_what_holds_the_sessions_is_refused_before_anything_starts()
    {
        Assert.Contains("no such file or directory", await RefusedAsync(new SandboxMount(Path.Combine(_host, "nothing"))), StringComparison.Ordinal);
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        Assert.Throws<SandboxPolicyException>(() => new SandboxMount(session.Workspace.Root));
        Assert.Contains("workspaces of all sessions", await RefusedAsync(new SandboxMount(Path.GetTempPath())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_sandbox_there_is_nothing_to_mount_or_to_allow()
    {
        var policy = SandboxPolicy.None with { Mounts = [new SandboxMount(Make("data"))] };
        var options = new PythonEngineOptions { Sandbox = policy, Modules = [], PoolSize = 0 };
        await Assert.ThrowsAsync<SandboxPolicyException>(() => PythonEngine.StartAsync(options, Cancel));
        var error = await Assert.ThrowsAsync<SandboxPolicyException>(
            () => local.Engine.CreateSessionAsync(new SessionOptions { Sandbox = SandboxPolicy.None }, Cancel));
        Assert.Contains("SandboxMode.None", error.Message, StringComparison.Ordinal);
    }

    private async Task<string> RefusedAsync(SandboxMount mount) => (await Assert.ThrowsAsync<SandboxPolicyException>(() =>
        local.Engine.CreateSessionAsync(new SessionOptions { Sandbox = new SandboxPolicy { Mounts = [mount] } }, Cancel))).Message;

    private string Make(string name, string? file = null, string text = "")
    {
        Permissions.LetAllWrite(_host);
        var path = Directory.CreateDirectory(Path.Combine(_host, name)).FullName;
        Permissions.LetAllWrite(path);
        if (file is not null)
        {
            File.WriteAllText(Path.Combine(path, file), text);
            Permissions.LetAllWrite(Path.Combine(path, file));
        }

        return path;
    }
}
