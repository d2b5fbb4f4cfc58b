using System.Globalization;

namespace CodeAct.Perf;

/// <summary>What /proc says of processes and of the machine.</summary>
internal static class Processes
{
    private const double Megabyte = 1024; // of kB, as /proc counts

    /// <summary>The children of a process, whichever of its threads has started them.</summary>
    public static IEnumerable<int> Children(int pid) =>
        Entries($"/proc/{pid}/task").SelectMany(thread => Text($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));

    public static IEnumerable<int> Descendants(int pid) => Children(pid).SelectMany(child => Descendants(child).Prepend(child));

    /// <summary>Megabytes that are a process's alone, with its page tables.</summary>
    public static double Own(int pid) => Kilobytes(pid, "Private_Clean:", "Private_Dirty:") / Megabyte;

    /// <summary>The same and its part of what it shares.</summary>
    public static double Proportional(int pid) => Kilobytes(pid, "Pss:") / Megabyte;

    /// <summary>
    /// What the whole machine has left, in megabytes: counts page tables and the kernel's own records, which /proc/PID does not, and
    /// whatever else happens meanwhile.
    /// </summary>
    public static double Available() => Sum("/proc/meminfo", "MemAvailable:") / Megabyte;

    /// <summary>Processes that ran or wanted to, on average over the last minute.</summary>
    public static string Load() => Text("/proc/loadavg").Split(' ')[0];

    public static string CommandLine(int pid) => Text($"/proc/{pid}/cmdline");

    public static int Descriptors(int pid) => Entries($"/proc/{pid}/fd").Length;

    public static int Mounts(int pid) => Text($"/proc/{pid}/mountinfo").Count(letter => letter == '\n');

    private static double Kilobytes(int pid, params string[] fields) =>
        Sum($"/proc/{pid}/smaps_rollup", fields) + Sum($"/proc/{pid}/status", "VmPTE:");

    private static double Sum(string path, params string[] fields) =>
        Text(path).Split('\n')
            .Where(line => fields.Any(field => line.StartsWith(field, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));

    private static string[] Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (IOException)
        {
            return []; // it ended meanwhile
        }
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }
}
