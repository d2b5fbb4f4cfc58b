using System.Globalization;
using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>
/// Memory of idle sessions with all of their processes: what each has for itself (USS) and its share of what they have in common (PSS).
/// </summary>
internal static class IdleMemory
{
    private const int Sessions = 500;
    private const double Megabyte = 1024; // of kB, as /proc counts

    public static async Task MeasureAsync(Report report, CancellationToken cancellationToken)
    {
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions { PoolSize = 0 }, cancellationToken);
        var before = Sandboxed();
        for (var count = 0; count < Sessions; count++)
        {
            var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
            await Engines.RunAsync(session, "1+1", cancellationToken);
            await Engines.RunAsync(session, "print(1)", cancellationToken);
        }

        var processes = Sandboxed().Except(before).ToList();
        var kernels = Processes("ipykernel_launcher").ToList();
        var own = processes.Sum(pid => Field(pid, "smaps_rollup", "Private_Clean:", "Private_Dirty:") + Field(pid, "status", "VmPTE:"));
        var shared = processes.Sum(pid => Field(pid, "smaps_rollup", "Pss:") + Field(pid, "status", "VmPTE:"));
        var kernel = kernels.Select(pid => Field(pid, "smaps_rollup", "Private_Clean:", "Private_Dirty:") / Megabyte);
        var kernelShared = kernels.Select(pid => Field(pid, "smaps_rollup", "Pss:") / Megabyte);
        report.Add($"{Sessions} idle sessions, USS + page tables each, MB", 5, new Sample([own / Megabyte / Sessions]), new Sample([.. kernel]), null);
        report.Add($"{Sessions} idle sessions, PSS + page tables each, MB", 5, new Sample([shared / Megabyte / Sessions]), new Sample([.. kernelShared]), null);
    }

    /// <summary>Workers, checkpoints, and the first processes of their namespaces.</summary>
    private static List<int> Sandboxed() => [.. Processes("import template"), .. Processes("sleep\0infinity")];

    private static IEnumerable<int> Processes(string argument) =>
        from directory in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(directory)
        where name.All(char.IsAsciiDigit) && Text(directory, "cmdline").Contains(argument, StringComparison.Ordinal)
        select int.Parse(name, CultureInfo.InvariantCulture);

    private static double Field(int pid, string file, params string[] fields) =>
        Text($"/proc/{pid}", file).Split('\n')
            .Where(line => fields.Any(field => line.StartsWith(field, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));

    private static string Text(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file));
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }
}
