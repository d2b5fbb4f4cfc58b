using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>Processes by their numbers, made safe: a number may be another process's by the time it is used.</summary>
internal static class ProcessTree
{
    /// <summary>The number of a process on this machine; null when it has ended, also when nobody has asked yet how.</summary>
    public static int? Number(SafeHandle process)
    {
        if (Libc.Wait([process], stackalloc short[1], 0) != 0)
        {
            return null;
        }

        var facts = File.ReadLines($"/proc/self/fdinfo/{process.DangerousGetHandle()}");
        var line = facts.FirstOrDefault(line => line.StartsWith("Pid:", StringComparison.Ordinal));
        return line is not null && int.Parse(line.AsSpan(4), CultureInfo.InvariantCulture) is > 0 and var pid ? pid : null;
    }

    /// <summary>The children of a process, whichever of its threads has started them; none when it has ended.</summary>
    public static IEnumerable<int> Children(int pid) =>
        Threads(pid).SelectMany(thread => Read($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));

    /// <summary>A process and all that descends from it.</summary>
    public static IEnumerable<int> WithDescendants(int pid) => Children(pid).SelectMany(WithDescendants).Prepend(pid);

    /// <summary>The child with this number in the innermost of its process namespaces; null when there is none.</summary>
    public static SafeFileHandle? OpenChild(int parent, int number)
    {
        foreach (var child in Children(parent).Where(child => InnerNumber(child) == number))
        {
            var process = Libc.OpenProcess(child);
            if (!process.IsInvalid && Children(parent).Contains(child) && InnerNumber(child) == number)
            {
                return process;
            }

            process.Dispose();
        }

        return null;
    }

    /// <summary>Kills what descends from a process, but not what <paramref name="spared"/> names nor what descends from that.</summary>
    /// <returns>How many there still were.</returns>
    public static int KillBelow(int root, IReadOnlySet<int> spared)
    {
        var killed = 0;
        foreach (var child in Children(root).Where(child => !spared.Contains(child)))
        {
            killed += KillBelow(child, spared);
            using var process = Libc.OpenProcess(child);
            if (!process.IsInvalid && Children(root).Contains(child) && Number(process) is not null)
            {
                Libc.Signal(process, Libc.Kill);
                killed++;
            }
        }

        return killed;
    }

    /// <summary>Proportional set size in bytes: its own pages and its part of those that it shares. 0 when it has ended.</summary>
    public static long ProportionalBytes(int pid)
    {
        const string Label = "Pss:";
        const string Unit = "kB";
        var line = Read($"/proc/{pid}/smaps_rollup").Split('\n').FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line[Label.Length..^Unit.Length].Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Resident set size in bytes, with all that it shares. 0 when it has ended.</summary>
    public static long ResidentBytes(int pid) =>
        Read($"/proc/{pid}/statm").Split(' ') is [_, var pages, ..]
            ? long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize
            : 0;

    /// <summary>Whether no thread of a process runs: each is stopped or has ended.</summary>
    public static bool HasStopped(int pid) => Threads(pid).All(thread => StateOf(thread) is 'T' or 'Z' or 'X' or null);

    private static char? StateOf(string thread) =>
        Read($"{thread}/stat") is var stat && stat.LastIndexOf(')') is > 0 and var end ? stat[end + 2] : null;

    /// <summary>Processor time of a process, of those of its children that it has waited for, and of those that there are.</summary>
    public static TimeSpan ProcessorTime(int pid)
    {
        const int Ticks = 100; // USER_HZ, in a second
        var stat = Read($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var own = fields.Skip(11).Take(4).Sum(field => long.Parse(field, CultureInfo.InvariantCulture)); // utime, stime, cutime, cstime
        var children = Children(pid).Aggregate(TimeSpan.Zero, (sum, child) => sum + ProcessorTime(child));
        return children + TimeSpan.FromSeconds((double)own / Ticks);
    }

    private static string[] Threads(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task");
        }
        catch (IOException) // ended meanwhile
        {
            return [];
        }
    }

    private static int InnerNumber(int pid)
    {
        var line = Read($"/proc/{pid}/status").Split('\n').FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.AsSpan(line.LastIndexOf('\t') + 1), CultureInfo.InvariantCulture);
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException) // ended meanwhile
        {
            return "";
        }
    }
}
