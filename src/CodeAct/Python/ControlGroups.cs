using System.Globalization;

namespace CodeAct.Python;

/// <summary>
/// Where this process may make control groups: one for each controller in version 1, one for all of them in version 2.
/// </summary>
/// <param name="Version">1 or 2; 0 when there are none.</param>
/// <param name="Memory">Directory in which groups with a limit of memory can be made; null when it cannot be had.</param>
/// <param name="Tasks">The same for processes and threads.</param>
/// <param name="Processor">The same for what measures processor time.</param>
internal sealed record ControlGroupPlaces(int Version, string? Memory, string? Tasks, string? Processor)
{
    private const int RootField = 3; // of /proc/self/mountinfo, see proc(5)
    private const int MountField = 4;

    /// <summary>All of them, each once.</summary>
    public IEnumerable<string> All => new[] { Memory, Tasks, Processor }.OfType<string>().Distinct();

    /// <summary>Those of this process's own groups: what is made below them stays within the limits that this process has.</summary>
    /// <param name="memberships">The lines of <c>/proc/self/cgroup</c>.</param>
    /// <param name="mounts">The lines of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="prefix">What is put before the path of a mount; empty but in tests.</param>
    public static ControlGroupPlaces Find(IReadOnlyList<string> memberships, IReadOnlyList<string> mounts, string prefix)
    {
        string? First(string controller) =>
            Place(memberships, mounts, prefix, "cgroup", controller);
        if (First("memory") is not null || First("pids") is not null)
        {
            return new ControlGroupPlaces(1, First("memory"), First("pids"), First("cpuacct"));
        }

        var own = Place(memberships, mounts, prefix, "cgroup2", "");
        var offered = own is null ? [] : Words(Path.Combine(own, "cgroup.controllers"));
        return own is null
            ? new ControlGroupPlaces(0, null, null, null)
            : new ControlGroupPlaces(2, offered.Contains("memory") ? own : null, offered.Contains("pids") ? own : null, own);
    }

    /// <summary>Of version 2: the same one level up; null at the top.</summary>
    public ControlGroupPlaces? Above()
    {
        var above = Path.GetDirectoryName(Processor!)!;
        return !File.Exists(Path.Combine(above, "cgroup.procs"))
            ? null
            : this with { Memory = Memory is null ? null : above, Tasks = Tasks is null ? null : above, Processor = above };
    }

    internal static string[] Words(string file) =>
        File.Exists(file) ? File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];

    private static string? Place(
        IReadOnlyList<string> memberships, IReadOnlyList<string> mounts, string prefix, string kind, string controller)
    {
        var own = memberships.Select(line => line.Split(':', 3))
            .FirstOrDefault(parts => parts.Length == 3 && parts[1].Split(',').Contains(controller));
        var mount = mounts.Select(line => line.Split(' ')).FirstOrDefault(fields =>
            Array.IndexOf(fields, "-") is > 0 and var dash && fields[dash + 1] == kind
            && (controller.Length == 0 || fields[^1].Split(',').Contains(controller)));
        if (own is null || mount is null)
        {
            return null;
        }

        // In a container the mount may show a part of the tree only, from `root` on.
        var root = mount[RootField].TrimEnd('/');
        var below = own[2].StartsWith(root, StringComparison.Ordinal) ? own[2][root.Length..] : "";
        var directory = prefix + mount[MountField] + below.TrimEnd('/');
        return Directory.Exists(directory) ? directory : null;
    }
}

/// <summary>The control groups of an engine: limits on all processes of a session together, where the host may set them.</summary>
internal sealed class ControlGroups : IAsyncDisposable
{
    private const string Prefix = "codeact-";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private readonly string _name = $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly HashSet<Task> _removing = [];
    private long _ids;

    private ControlGroups(ControlGroupPlaces places, string why)
    {
        Places = places;
        Why = why;
    }

    /// <summary>Where they are made. What is null there cannot be limited.</summary>
    public ControlGroupPlaces Places { get; private set; }

    /// <summary>Why some cannot be had; empty when all can.</summary>
    public string Why { get; private set; }

    /// <summary>Finds out what can be had and removes what engines that are gone have left.</summary>
    /// <param name="isWanted">False for none at all.</param>
    public static ControlGroups Open(bool isWanted) => !isWanted || !OperatingSystem.IsLinux()
        ? new ControlGroups(new ControlGroupPlaces(0, null, null, null), "not to be used")
        : Open(ControlGroupPlaces.Find(File.ReadAllLines("/proc/self/cgroup"), File.ReadAllLines("/proc/self/mountinfo"), ""));

    /// <summary>As above, at given places.</summary>
    public static ControlGroups Open(ControlGroupPlaces places)
    {
        if (places.Version == 0)
        {
            return new ControlGroups(places, "no control groups are mounted");
        }

        // In version 2 a group that has processes, as our own does, can have no limited groups below it. One above can, if this
        // user has been given it; what limits the groups in between then does not hold for sessions.
        var groups = Try(places);
        for (var above = places.Version == 2 ? places.Above() : null; above is not null && !groups.Places.All.Any(); above = above.Above())
        {
            groups = Try(above) is { Places: var found } higher && found.All.Any() ? higher : groups;
        }

        return groups;
    }

    /// <summary>A group for the processes of one session; null when none can be had here.</summary>
    /// <exception cref="IOException">It could not be made although it could before.</exception>
    public ControlGroup? Create(SessionLimits limits)
    {
        if (!Places.All.Any())
        {
            return null;
        }

        var name = Path.Combine(_name, Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture));
        return new ControlGroup(this, Places, name, limits);
    }

    /// <summary>Removes the directories of a group as soon as its processes have ended; the last of them have been killed.</summary>
    public void Remove(IReadOnlyList<string> directories)
    {
        lock (_removing)
        {
            _removing.RemoveWhere(task => task.IsCompleted);
            _removing.Add(RemoveAsync([.. directories]));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] removing;
        lock (_removing)
        {
            removing = [.. _removing];
        }

        await Task.WhenAll(removing);
        await RemoveAsync([.. Places.All.Select(place => Path.Combine(place, _name))]); // busy for a moment after its last child is gone
    }

    private static async Task RemoveAsync(List<string> directories)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(_pause);
        while (directories.Count > 0 && TimeProvider.System.GetElapsedTime(began) < _patience)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            directories.RemoveAll(TryRemove);
        }
    }

    /// <summary>False while there are processes in it.</summary>
    private static bool TryRemove(string directory)
    {
        try
        {
            Directory.Delete(directory);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void RemoveStale(string place)
    {
        foreach (var engine in Directory.GetDirectories(place, Prefix + "*"))
        {
            var owner = Path.GetFileName(engine)[Prefix.Length..].Split('-')[0];
            if (owner.All(char.IsAsciiDigit) && !Directory.Exists($"/proc/{owner}"))
            {
                RemoveSessions(engine);
                TryRemove(engine);
            }
        }
    }

    private static void RemoveSessions(string engine)
    {
        try
        {
            Array.ForEach(Directory.GetDirectories(engine), session => TryRemove(session));
        }
        catch (DirectoryNotFoundException)
        {
            // another engine that starts has removed it
        }
    }

    private static ControlGroups Try(ControlGroupPlaces places)
    {
        var groups = new ControlGroups(places, "");
        foreach (var place in places.All)
        {
            groups.Try(place);
        }

        return groups;
    }

    /// <summary>Makes the engine's own group; a place where that fails is none.</summary>
    private void Try(string place)
    {
        var group = Path.Combine(place, _name);
        try
        {
            RemoveStale(place);
            if (Places.Version == 2)
            {
                // The controllers of a group's children are switched on in the group, which may have no processes itself.
                var wanted = (Places.Memory is null ? "" : "+memory ") + (Places.Tasks is null ? "" : "+pids");
                File.WriteAllText(Path.Combine(place, "cgroup.subtree_control"), wanted);
                Directory.CreateDirectory(group);
                File.WriteAllText(Path.Combine(group, "cgroup.subtree_control"), wanted);
            }
            else
            {
                Directory.CreateDirectory(group);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            TryRemove(group);
            Why = refused.Message;
            Places = Places with
            {
                Memory = Places.Memory == place ? null : Places.Memory,
                Tasks = Places.Tasks == place ? null : Places.Tasks,
                Processor = Places.Processor == place ? null : Places.Processor,
            };
        }
    }
}

/// <summary>The control group of one session. Children of its processes are in it from their first instruction.</summary>
internal sealed class ControlGroup : IDisposable
{
    private const long Slack = 4 << 20; // what does not fit is not counted

    private readonly ControlGroups _owner;
    private readonly int _version;
    private readonly string? _memory;
    private readonly string? _tasks;
    private readonly string? _processor;
    private readonly long _memoryBytes;

    public ControlGroup(ControlGroups owner, ControlGroupPlaces places, string name, SessionLimits limits)
    {
        _owner = owner;
        _version = places.Version;
        _memoryBytes = limits.SessionMemoryBytes;
        _memory = Make(places.Memory, name);
        _tasks = Make(places.Tasks, name);
        _processor = Make(places.Processor, name);
        var isSecond = _version == 2;
        if (_memory is not null)
        {
            Write(_memory, isSecond ? "memory.max" : "memory.limit_in_bytes", limits.SessionMemoryBytes);
            var swap = isSecond ? "memory.swap.max" : "memory.memsw.limit_in_bytes"; // the second counts memory too
            if (File.Exists(Path.Combine(_memory, swap)))
            {
                Write(_memory, swap, isSecond ? 0 : limits.SessionMemoryBytes);
            }
        }

        if (_tasks is not null)
        {
            Write(_tasks, "pids.max", limits.Processes);
        }
    }

    /// <summary>Processor time of all that ever was in it; null when it is not measured.</summary>
    public TimeSpan? ProcessorTime => (_processor, _version) switch
    {
        (null, _) => null,
        (_, 2) => TimeSpan.FromMicroseconds(Count(_processor, "cpu.stat", "usage_usec")),
        _ => TimeSpan.FromMicroseconds(long.Parse(Read(_processor, "cpuacct.usage"), CultureInfo.InvariantCulture) / 1000.0),
    };

    /// <summary>How many of its processes the system has killed because the group's memory was full.</summary>
    public long MemoryKills => _memory is null || !WasFull
        ? 0
        : Count(_memory, _version == 2 ? "memory.events" : "memory.oom_control", "oom_kill");

    /// <summary>Puts a process into it, with all its threads. Takes up to 14 ms in the kernel.</summary>
    /// <exception cref="IOException">That could not be done; also when the process has ended.</exception>
    public void Join(int process)
    {
        foreach (var directory in Directories())
        {
            Write(directory, "cgroup.procs", process);
        }
    }

    public void Dispose() => _owner.Remove(Directories());

    // Kills are counted also when it was the machine's memory that was full.
    private bool WasFull => _version == 2
        ? Count(_memory!, "memory.events", "oom") > 0
        : long.Parse(Read(_memory!, "memory.max_usage_in_bytes"), CultureInfo.InvariantCulture) > _memoryBytes - Slack;

    private static string? Make(string? place, string name) =>
        place is null ? null : Directory.CreateDirectory(Path.Combine(place, name)).FullName;

    private static void Write(string directory, string file, long value) =>
        File.WriteAllText(Path.Combine(directory, file), value.ToString(CultureInfo.InvariantCulture));

    private static string Read(string directory, string file) => File.ReadAllText(Path.Combine(directory, file)).Trim();

    private static long Count(string directory, string file, string name) =>
        File.ReadLines(Path.Combine(directory, file)).Select(line => line.Split(' '))
            .FirstOrDefault(words => words[0] == name) is [_, var value]
            ? long.Parse(value, CultureInfo.InvariantCulture)
            : 0;

    private List<string> Directories() => [.. new[] { _memory, _tasks, _processor }.OfType<string>().Distinct()];
}
