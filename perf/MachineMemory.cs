using System.Globalization;

namespace CodeAct.Perf;

/// <summary>What the whole machine has left: counts page tables and the kernel's own records, which /proc/PID does not.</summary>
internal static class MachineMemory
{
    public static long AvailableBytes() =>
        File.ReadLines("/proc/meminfo")
            .Where(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10)
            .Single();
}
