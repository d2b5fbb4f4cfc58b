using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>A folder of packages, and an engine that names it.</summary>
public sealed class PackagesEngine : IAsyncLifetime
{
    private readonly Wheels _wheels = new Wheels()
        .Add("leaf", "1.0")
        .Add("leaf", "1.5", "def f(): return 'leaf'")
        .Add("leaf", "2.0")
        .Add("stem", "3.0", "import leaf\ndef main(): print('stem on', leaf.__version__)", ["leaf<2", "numpy"], "stem = stem:main")
        .Add("numpy", "99.0")
        .Add("json", "1.0", "raise SystemError('not the standard library')")
        .AddSource("built", "1.0", """
            import os, setuptools, socket
            try:
                socket.create_connection(("127.0.0.1", 9), 1)
                open("/etc/passwd", "a")
            except OSError as error:
                open(os.environ["HOME"] + "/setup.log", "a").write(type(error).__name__ + "\n")
            setuptools.setup(name="built", version="1.0", py_modules=["built"])
            """)
        .AddSource("broken", "1.0", "raise RuntimeError('no build today')");

    public PythonEngine Engine { get; private set; } = null!;

    public string Folder => _wheels.Folder;

    public async ValueTask InitializeAsync() => Engine = await PythonEngine.StartAsync(
        new PythonEngineOptions { Modules = ["numpy"], Packages = new PackageFolder(Folder) }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _wheels.Dispose();
    }
}

public sealed class PackagesTests(PackagesEngine packages) : IClassFixture<PackagesEngine>
{
    private Task<IPythonSession> CreateAsync() =>
        packages.Engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_package_comes_with_what_it_needs_and_what_the_template_has_is_not_taken_again()
    {
        await using var session = await CreateAsync();
        var installed = await session.RunAsync("%pip install stem");
        Assert.True(installed.Status == CellStatus.Ok, installed.Stderr + installed.Stdout);
        Assert.Contains("Successfully installed leaf-1.5 stem-3.0", installed.Stdout, StringComparison.Ordinal);
        Assert.Equal("stem on 1.5\n", (await session.RunAsync("import stem; stem.main()")).Stdout);
        Assert.Empty(session.Workspace.Files());
        Assert.Empty(installed.Ended.Files);
    }

    [Theory]
    [InlineData("!pip install leaf")]
    [InlineData("!python3 -m pip install -q leaf")]
    [InlineData("pip install leaf")]
    public async Task The_usual_ways_of_asking_for_a_package_are_understood(string code)
    {
        await using var session = await CreateAsync();
        await session.RunAsync(code);
        Assert.Equal("'2.0'", (await session.RunAsync("import leaf; leaf.__version__")).Result.PlainText);
    }

    [Fact]
    public async Task Packages_are_seen_by_the_processes_of_the_session_and_their_programs_can_be_run()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("%pip install stem");
        Assert.Equal("stem on 1.5\nstem on 1.5\n", (await session.RunAsync("!stem; python3 -c 'import stem; stem.main()'")).Stdout);
    }

    [Fact]
    public async Task Packages_outlive_the_interpreter_but_are_in_no_other_session()
    {
        await using var session = await CreateAsync();
        await using var other = await CreateAsync();
        await session.RunAsync("%pip install leaf\nimport os; os._exit(1)");
        Assert.Equal("restarted|result '2.0'|ended Ok", (await session.RunAsync("import leaf; leaf.__version__")).Order);
        Assert.Equal("ModuleNotFoundError", (await other.RunAsync("import leaf")).Error.Name);
        await using var later = await CreateAsync();
        Assert.Equal("ModuleNotFoundError", (await later.RunAsync("import leaf")).Error.Name);
    }

    [Fact]
    public async Task A_package_comes_before_the_templates_and_behind_the_standard_library()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("%pip install numpy==99.0 json");
        Assert.Matches(@"Note: numpy [\d.]+ was imported before and stays in this interpreter; 99.0 is seen by", outcome.Stdout);
        Assert.NotEqual("'99.0'", (await session.RunAsync("import numpy; numpy.__version__")).Result.PlainText);
        Assert.Equal("99.0\n", (await session.RunAsync("!python3 -c 'import sys; sys.path[:1] = []; import numpy; print(numpy.__version__)'")).Stdout);
        var found = await session.RunAsync("import importlib.machinery as m; print(m.PathFinder.find_spec('json').origin)");
        Assert.EndsWith("/lib/python3.11/json/__init__.py\n", found.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_already_is_not_installed()
    {
        await using var session = await CreateAsync();
        Assert.Contains("here already", (await session.RunAsync("%pip install 'numpy<99'")).Stdout, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(session.Workspace.Root, ".packages")));
    }

    [Theory]
    [InlineData("%pip install no_such_package", "No matching distribution found for no_such_package")]
    [InlineData("%pip install leaf==7", "No matching distribution found for leaf==7")]
    [InlineData("%pip install broken", "no build today")]
    public async Task What_cannot_be_installed_fails_the_cell_and_pip_says_why(string code, string why)
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(code);
        Assert.Equal((CellStatus.Raised, "UsageError"), (outcome.Status, outcome.Error.Name));
        Assert.Contains("pip ended with exit code 1", outcome.Error.Message, StringComparison.Ordinal);
        Assert.Contains(why, outcome.Stderr, StringComparison.Ordinal);
        Assert.Equal("result 2|ended Ok", (await session.RunAsync("1 + 1")).Order);
    }

    [Fact]
    public async Task A_source_archive_is_built_inside_the_sandbox()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("%pip install built");
        Assert.True(outcome.Status == CellStatus.Ok, outcome.Stderr + outcome.Stdout);
        Assert.Equal("True", (await session.RunAsync("import built; built.built")).Result.PlainText);
        var tried = (await session.RunAsync("print(*set(open('setup.log').read().split()))")).Stdout;
        Assert.Matches("^(PermissionError|OSError)\n$", tried);
    }

    [Fact]
    public async Task The_folder_can_be_read_by_sessions_and_not_written()
    {
        await using var session = await CreateAsync();
        Assert.Equal("True", (await session.RunAsync("import os; 'leaf-1.0-py3-none-any.whl' in os.listdir('/mnt/packages')")).Result.PlainText);
        Assert.Matches("^(PermissionError|OSError)$", (await session.RunAsync("open('/mnt/packages/x', 'w')")).Error.Name);
    }

    [Fact]
    public async Task An_install_can_be_interrupted()
    {
        await using var session = await CreateAsync();
        Assert.Equal(CellStatus.TimedOut, (await session.RunAsync("%pip install stem", TimeSpan.FromMilliseconds(150))).Status);
        Assert.Equal("result 2|ended Ok", (await session.RunAsync("1 + 1")).Order);
    }

    [Theory]
    [InlineData("%conda install leaf")]
    [InlineData("%mamba install leaf")]
    [InlineData("%uv pip install leaf")]
    public async Task Other_installers_point_to_pip(string code)
    {
        await using var session = await CreateAsync();
        Assert.Contains("%pip install", (await session.RunAsync(code)).Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packages_are_listed_and_removed()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("%pip install leaf");
        Assert.Matches(@"(?m)^leaf +2\.0", (await session.RunAsync("%pip list")).Stdout);
        Assert.Equal(CellStatus.Ok, (await session.RunAsync("%pip uninstall -y leaf")).Status);
        Assert.Equal("ModuleNotFoundError", (await session.RunAsync("import leaf")).Error.Name);
    }
}

/// <summary>Sources other than a folder that the sandbox lets sessions read.</summary>
public sealed class PackageSourceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("%pip install leaf")]
    [InlineData("!pip install leaf")]
    [InlineData("%pip download leaf")]
    public async Task Without_a_source_an_install_is_refused_and_the_message_says_what_to_name(string code)
    {
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions { Modules = [], PoolSize = 0 }, Cancel);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        var outcome = await session.RunAsync(code);
        Assert.Equal("error UsageError|ended Raised", outcome.Order);
        Assert.Contains("%pip install is refused: this session has no package source", outcome.Error.Message, StringComparison.Ordinal);
        Assert.Contains("PythonEngineOptions.Packages", outcome.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such/folder", "There is no folder of packages '/no/such/folder'")]
    [InlineData("https://user:secret@index.example/simple", "holds a password")]
    public void A_source_that_will_not_do_is_said_to_be_so(string text, string why)
    {
        var mistake = Assert.Throws<ArgumentException>(() => PackageSource.Parse(text));
        Assert.Contains(why, mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PythonBackend.Local)]
    [InlineData(PythonBackend.Plain)]
    public async Task An_index_is_used_where_the_session_can_reach_it(PythonBackend backend)
    {
        using var wheels = new Wheels().Add("leaf", "1.0").Add("stem", "3.0", needs: ["leaf"]);
        await using var index = new LocalIndex(wheels.Folder);
        var options = new PythonEngineOptions
        {
            Modules = [],
            PoolSize = 0,
            Backend = backend,
            Sandbox = SandboxPolicy.None,
            Packages = new PackageIndex(index.Url),
        };
        await using var engine = await PythonEngine.StartAsync(options, Cancel);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        var outcome = await session.RunAsync("%pip install stem");
        Assert.True(outcome.Status == CellStatus.Ok, outcome.Stderr + outcome.Stdout);
        Assert.Equal("('3.0', '1.0')", (await session.RunAsync("import stem, leaf; stem.__version__, leaf.__version__")).Result.PlainText);
        Assert.Contains("/simple/stem/", index.Asked);
    }
}
