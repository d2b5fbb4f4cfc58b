using System.Globalization;

namespace CodeAct.Perf.Soaking;

/// <summary>One thing that an engine takes up.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">How much of it.</param>
/// <param name="IsMemory">Megabytes, which may go up and down but not rise; else a number, which must come back to what it was.</param>
internal sealed record Trace(string Name, double Value, bool IsMemory)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Value:0.#}");
}

/// <summary>What an engine without sessions takes up on the machine.</summary>
internal sealed class Footprint
{
    private const string ControlGroups = "/sys/fs/cgroup";
    private const double Megabyte = 1 << 20;

    private readonly int _launcher;
    private readonly int _template;
    private readonly string _directory;

    private Footprint(int launcher)
    {
        _launcher = launcher;
        _template = Processes.Children(launcher).First(child => Processes.CommandLine(child) == Processes.CommandLine(launcher));
        _directory = new FileInfo($"/proc/{launcher}/cwd").LinkTarget!;
    }

    /// <summary>Of the engine that was started last.</summary>
    public static Footprint OfEngine() => new(Processes.Children(Environment.ProcessId)
        .Last(child => Processes.CommandLine(child).Contains("import template", StringComparison.Ordinal)));

    public IReadOnlyList<Trace> Take()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return
        [
            Number("processes", Processes.Descendants(Environment.ProcessId).Count()),
            Number("descriptors of the host", Processes.Descriptors(Environment.ProcessId)),
            Number("descriptors of the template", Processes.Descriptors(_template)),
            Number("mounts", new[] { Environment.ProcessId, _launcher, _template }.Sum(Processes.Mounts)),
            Number("control groups", Groups()),
            Number("files", Files($"/proc/{_template}/root{_directory}")),
            Memory("host, managed MB", GC.GetTotalMemory(forceFullCollection: false) / Megabyte),
            Memory("host, own MB", Processes.Own(Environment.ProcessId)),
            Memory("template, own MB", Processes.Own(_template)),
        ];
    }

    private static Trace Number(string name, int value) => new(name, value, IsMemory: false);

    private static Trace Memory(string name, double value) => new(name, value, IsMemory: true);

    private static int Groups() => !Directory.Exists(ControlGroups) ? 0 : Directory
        .EnumerateDirectories(ControlGroups, $"codeact-{Environment.ProcessId}-*", SearchOption.AllDirectories)
        .Sum(group => 1 + Directory.EnumerateDirectories(group).Count());

    /// <summary>Not below <c>root</c>, where the system is mounted.</summary>
    private static int Files(string directory) => Directory.EnumerateFileSystemEntries(directory)
        .Sum(entry => 1 + (Path.GetFileName(entry) != "root" && Directory.Exists(entry) ? Files(entry) : 0));
}
