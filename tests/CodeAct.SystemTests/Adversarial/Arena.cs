using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.SystemTests.Adversarial;

/// <summary>One engine, with neighbours that work and canaries that watch, for all programs of a run.</summary>
public abstract class Arena(bool namespaces) : IAsyncLifetime
{
    private const int NeighbourCount = 2;

    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(3);

    private readonly List<Neighbour> _neighbours = [];
    private readonly string _secret = Canaries.Secret();
    private Canaries _canaries = null!;
    private Footprint _machine = null!;
    private string _engineDirectory = "";
    private volatile string? _attack;
    private IReadOnlyList<string> _footprint = [];

    public static TimeSpan Grace { get; } = TimeSpan.FromMilliseconds(500);

    public PythonEngine Engine { get; private set; } = null!;

    internal Scoreboard Scores { get; } = new(namespaces ? "full" : "floor");

    internal IReadOnlyList<string> Secrets => [_secret, .. _canaries.Secrets];

    internal IEnumerable<Latency> Latencies => _neighbours.SelectMany(neighbour => neighbour.Latencies);

    public async ValueTask InitializeAsync()
    {
        _canaries = new Canaries();
        var before = EngineDirectories();
        Engine = await PythonEngine.StartAsync(
            new PythonEngineOptions
            {
                Namespaces = namespaces,
                PoolSize = 0, // nothing comes and goes but what the programs make
                InterruptGrace = Grace,
                Limits = new SessionLimits
                {
                    MemoryBytes = 512 << 20,
                    SessionMemoryBytes = 1L << 30,
                    WorkspaceBytes = 256 << 20,
                    Processes = 64,
                    OpenFiles = 512,
                    FileBytes = 64 << 20,
                    TemporaryBytes = 64 << 20,
                },
            },
            TestContext.Current.CancellationToken);
        _engineDirectory = EngineDirectories().Except(before).Single();
        for (var number = 0; number < NeighbourCount; number++)
        {
            _neighbours.Add(await Neighbour.MoveInAsync(Engine, _secret, () => _attack));
        }

        _machine = new Footprint(_engineDirectory);
        _footprint = _machine.Take();
        await LeftBehindAsync(); // what this process itself opens for looking is open from here on
        await QuietAsync();
    }

    private static string[] EngineDirectories() => Directory.GetDirectories(Path.GetTempPath(), $"codeact-{Environment.ProcessId}-*");

    /// <summary>Lets the neighbours work by themselves for a while, for the comparison.</summary>
    public static async Task QuietAsync()
    {
        using var timer = new PeriodicTimer(_quiet);
        await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var neighbour in _neighbours)
        {
            await neighbour.DisposeAsync();
        }

        await Engine.DisposeAsync();
        _canaries.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What a program is told: where everything is that it must not reach.</summary>
    internal JsonObject Whereabouts()
    {
        var whereabouts = _canaries.Whereabouts();
        whereabouts["engine"] = _engineDirectory;
        whereabouts["neighbour"] = _neighbours[0].Workspace;
        return whereabouts;
    }

    /// <summary>What there is on the machine since the last call; a little later, for the kernel takes its time to clear up.</summary>
    internal async Task<IReadOnlyList<string>> LeftBehindAsync()
    {
        (var added, _footprint) = await _machine.AddedAsync(_footprint);
        return added;
    }

    internal void Attack(string? category) => _attack = category;

    /// <summary>What has been done to the host and to the neighbours that should not have; nothing when all is well.</summary>
    internal async Task<IReadOnlyList<string>> DamageAsync()
    {
        var damage = _canaries.Damage().ToList();
        foreach (var neighbour in _neighbours)
        {
            damage.AddRange(await neighbour.DamageAsync());
        }

        return damage;
    }
}

/// <summary>Namespaces, a private root, and all that this machine has.</summary>
public sealed class FullArena() : Arena(namespaces: true);

/// <summary>What an ordinary user has on a machine without namespaces.</summary>
public sealed class FloorArena() : Arena(namespaces: false);
