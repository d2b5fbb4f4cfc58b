namespace CodeAct.Llama;

/// <summary>The cores that computing threads should be spread over: two threads on one core are slower than one.</summary>
internal static class ProcessorCores
{
    /// <summary>Physical cores, at most as many as the processors this process may use.</summary>
    public static int Count { get; } = Math.Min(Physical() ?? int.MaxValue, Environment.ProcessorCount);

    private static int? Physical()
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
