namespace CodeAct.Llama;

/// <summary>How many threads to compute with.</summary>
internal static class ComputeThreads
{
    /// <summary>
    /// Threads wait for each other dozens of times a token, on a busy machine for a time slice each. Measured on 2 busy cores
    /// with 0.3 MB of weights: 0.4 ms a token with one thread, 25 ms with two.
    /// </summary>
    private const long WeightsWorthAThread = 32 << 20;

    private static readonly int _cores = Math.Min(PhysicalCores() ?? int.MaxValue, Environment.ProcessorCount);

    /// <summary>One per 32 MB of weights, at least one, at most the physical cores that this process may use.</summary>
    public static int For(long weightBytes) => (int)Math.Clamp(weightBytes / WeightsWorthAThread, 1, _cores);

    private static int? PhysicalCores()
    {
        const string Processors = "/sys/devices/system/cpu";
        if (!Directory.Exists(Processors))
            return null;

        var cores = Directory.EnumerateDirectories(Processors, "cpu*")
            .Select(processor => Path.Combine(processor, "topology", "thread_siblings_list"))
            .Where(File.Exists).Select(File.ReadAllText).Distinct(StringComparer.Ordinal).Count();
        return cores > 0 ? cores : null;
    }
}
