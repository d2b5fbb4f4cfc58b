using CodeAct.Python;

namespace CodeAct.SystemTests.Adversarial;

/// <summary>What an engine takes up on the machine: each line one thing, so that two footprints can be compared.</summary>
internal sealed class Footprint(string engineDirectory)
{
    private const long FirstUid = 0x30000000; // of sessions, when the engine runs as root
    private const int UidsPerEngine = 0x1000;
    private const string ControlGroups = "/sys/fs/cgroup";

    private static readonly string[] _shared = ["/tmp", "/var/tmp", "/dev/shm"];

    private readonly int _launcher = Launcher(engineDirectory);

    /// <summary>The peak of this process's memory in bytes since <see cref="ForgetPeak"/>.</summary>
    public static long Peak => Memory("VmHWM:");

    public static long Resident => Memory("VmRSS:");

    public static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    public IReadOnlyList<string> Take() =>
        [.. Descriptors().Concat(Processes()).Concat(Mounts()).Concat(Files()).Concat(Groups()).Order(StringComparer.Ordinal)];

    /// <summary>What is there now and was not then; waits a moment for the kernel to clear up.</summary>
    /// <returns>That, and all that is there.</returns>
    public async Task<(IReadOnlyList<string> Added, IReadOnlyList<string> Now)> AddedAsync(IReadOnlyList<string> before)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var tries = 0; ; tries++)
        {
            var now = Take();
            var added = now.ToList();
            foreach (var known in before)
            {
                added.Remove(known);
            }

            if (added.Count == 0 || tries == 50)
            {
                return (added, now);
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static long Memory(string field) => File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith(field, StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10)
        .Single();

    private static int Launcher(string engineDirectory) => Everything().First(pid =>
        Parent(pid) == Environment.ProcessId && new FileInfo($"/proc/{pid}/cwd").LinkTarget == engineDirectory);

    private static IEnumerable<int> Everything() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(int.Parse!);

    private static int Parent(int pid)
    {
        var stat = Text($"/proc/{pid}/stat");
        return stat.Length == 0 ? 0 : int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>By kind: the numbers of sockets and of pipes are others each time.</summary>
    private static IEnumerable<string> Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Select(link => new FileInfo(link).LinkTarget)
        .Where(target => target is not null && !target.StartsWith("/proc/", StringComparison.Ordinal) && Path.GetExtension(target) is not (".dll" or ".pdb"))
        .Select(target => "descriptor " + string.Concat(target!.Where(letter => !char.IsAsciiDigit(letter))));

    /// <summary>Descendants of the engine, and whatever runs as one of its sessions.</summary>
    private IEnumerable<string> Processes()
    {
        var parents = Everything().ToDictionary(pid => pid, Parent);
        foreach (var pid in parents.Keys)
        {
            var isDescendant = false;
            for (var at = pid; at > 1 && !isDescendant; at = parents.GetValueOrDefault(at))
            {
                isDescendant = at == _launcher;
            }

            if (isDescendant || IsSessions(Uid(pid)))
            {
                yield return $"process {pid} {Text($"/proc/{pid}/comm").Trim()}";
            }
        }
    }

    private bool IsSessions(long uid) => uid >= FirstSessionUid && uid < FirstSessionUid + UidsPerEngine;

    private long FirstSessionUid => FirstUid + (_launcher % 0xFFFF * UidsPerEngine);

    private static long Uid(int pid) => Text($"/proc/{pid}/status").Split('\n')
        .Where(line => line.StartsWith("Uid:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split('\t')[1]))
        .FirstOrDefault();

    private IEnumerable<string> Mounts()
    {
        foreach (var pid in (int[])[Environment.ProcessId, _launcher, .. Everything().Where(pid => Parent(pid) == _launcher)])
        {
            foreach (var line in Text($"/proc/{pid}/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return $"mount {line[(line.IndexOf(' ') + 1)..]}";
            }
        }
    }

    private IEnumerable<string> Files()
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(engineDirectory, "*", SearchOption.TopDirectoryOnly))
        {
            yield return "file " + entry;
        }

        foreach (var workspace in Directory.EnumerateDirectories(Path.Combine(engineDirectory, "workspaces")))
        {
            yield return "workspace " + workspace;
        }

        foreach (var entry in _shared.SelectMany(Directory.EnumerateFileSystemEntries).Where(entry => IsSessions(Libc.Stat(entry).User)))
        {
            yield return "file " + entry;
        }
    }

    private static IEnumerable<string> Groups() => Directory.Exists(ControlGroups)
        ? Directory.EnumerateDirectories(ControlGroups, $"codeact-{Environment.ProcessId}-*", SearchOption.AllDirectories).Select(group => "cgroup " + group)
        : [];
}
