namespace CodeAct.Perf.Soaking;

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

    /// <summary>By name; what is counted must come back to what it was, memory may not rise.</summary>
    public IReadOnlyList<(string Name, double Value, bool IsMemory)> Take()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return
        [
            ("processes", Processes.Descendants(Environment.ProcessId).Count(), false),
            ("descriptors of the host", Processes.Descriptors(Environment.ProcessId), false),
            ("descriptors of the template", Processes.Descriptors(_template), false),
            ("mounts", new[] { Environment.ProcessId, _launcher, _template }.Sum(Processes.Mounts), false),
            ("control groups", Groups(), false),
            ("files", Files($"/proc/{_template}/root{_directory}"), false),
            ("host, managed MB", GC.GetTotalMemory(forceFullCollection: false) / Megabyte, true),
            ("host, own MB", Processes.Own(Environment.ProcessId), true),
            ("template, own MB", Processes.Own(_template), true),
        ];
    }

    private static int Groups() => !Directory.Exists(ControlGroups) ? 0 : Directory
        .EnumerateDirectories(ControlGroups, $"codeact-{Environment.ProcessId}-*", SearchOption.AllDirectories)
        .Sum(group => 1 + Directory.EnumerateDirectories(group).Count());

    /// <summary>Not below <c>root</c>, where the system is mounted.</summary>
    private static int Files(string directory) => Directory.EnumerateFileSystemEntries(directory)
        .Sum(entry => 1 + (Path.GetFileName(entry) != "root" && Directory.Exists(entry) ? Files(entry) : 0));
}
