using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>Nothing of the host comes along into a session: not its environment, arguments, memory, descriptors or keys.</summary>
public sealed class SecretsTests(SecretiveEngines engines) : IClassFixture<SecretiveEngines>
{
    // A pattern is not the text that it finds, so the search does not find itself.
    private const string Search = """
        import os, re
        def found(first, rest):
            pattern, places = re.compile(f'[{first}]{rest}'.encode()), []
            for line in open('/proc/self/maps'):
                fields = line.split()
                if fields[1][0] == 'r' and not fields[-1].startswith('[v'):
                    first, last = (int(number, 16) for number in fields[0].split('-'))
                    with open('/proc/self/mem', 'rb', buffering=0) as memory:
                        memory.seek(first)
                        if pattern.search(memory.read(last - first)): places.append(line)
            return places
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_hosts_environment_is_nowhere_in_the_memory_of_a_session(bool spaces)
    {
        await using var session = await CreateAsync(spaces);
        await session.RunAsync(Search);
        await session.RunAsync("kept = ('some' + str(12345)).encode()");

        Assert.Equal("True", (await session.RunAsync("found('s', 'ome12345') != []")).Result.PlainText); // it does find what is there
        var (first, rest) = (SecretiveEngines.Variable[0], SecretiveEngines.Variable[1..]);
        Assert.Equal("[]", (await session.RunAsync($"found('{first}', '{rest}')")).Result.PlainText);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Arguments_and_first_environment_name_no_path_of_the_host(bool spaces)
    {
        await using var session = await CreateAsync(spaces);
        var seen = await session.RunAsync("print(open('/proc/self/cmdline').read(), open('/proc/self/environ').read())");
        Assert.Contains("python3", seen.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("codeact-", seen.Stdout, StringComparison.Ordinal); // as the engine's directory is called
        Assert.DoesNotContain(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), seen.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain(engines.Secret, seen.Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_has_its_own_descriptors_and_no_others(bool spaces)
    {
        await using var session = await CreateAsync(spaces);
        var seen = await session.RunAsync(
            "import os\nfor n in sorted(map(int, os.listdir('/proc/self/fd'))):\n    try: print(n, os.readlink(f'/proc/self/fd/{n}').split(':')[0])\n    except OSError: pass");
        Assert.Equal("0 /dev/null\n1 pipe\n2 pipe\n3 socket\n", seen.Stdout);
    }

    [Fact]
    public async Task The_keys_of_whoever_started_the_engine_are_out_of_sight()
    {
        await using var session = await CreateAsync(spaces: true);
        var seen = await session.RunAsync("print(*[line.split()[-2:] for line in open('/proc/keys')], sep='\\n')");
        Assert.All(seen.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries), key => Assert.Equal("['_ses:', 'empty']", key));
    }

    [Fact]
    public async Task The_first_process_of_a_session_is_its_own()
    {
        await using var session = await CreateAsync(spaces: true);
        var seen = await session.RunAsync(
            "for name in 'environ', 'cmdline', 'maps':\n    try: print('codeact-' in open('/proc/1/' + name).read())\n    except OSError as error: print(False)");
        Assert.Equal("False\nFalse\nFalse\n", seen.Stdout);
        Assert.Equal("'codeact'", (await session.RunAsync("import socket; socket.gethostname()")).Result.PlainText);
    }

    private Task<IPythonSession> CreateAsync(bool spaces) =>
        (spaces ? engines.Spaces : engines.Floor).CreateSessionAsync(new SessionOptions(), Cancel);
}

/// <summary>Engines of a host that has a secret in its environment.</summary>
public sealed class SecretiveEngines : IAsyncLifetime
{
    public const string Variable = "CODEACT_TEST_SECRET";

    public string Secret { get; } = Guid.NewGuid().ToString("N");

    public PythonEngine Spaces { get; private set; } = null!;

    public PythonEngine Floor { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, Secret);
        var options = new PythonEngineOptions { Modules = [], PoolSize = 0 };
        Spaces = await PythonEngine.StartAsync(options, TestContext.Current.CancellationToken);
        Floor = await PythonEngine.StartAsync(options with { Namespaces = false }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        await Spaces.DisposeAsync();
        await Floor.DisposeAsync();
    }
}
