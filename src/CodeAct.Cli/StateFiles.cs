namespace CodeAct.Cli;

/// <summary>Where the command writes things down: <c>$XDG_STATE_HOME/codeact</c>, or <c>~/.local/state/codeact</c>.</summary>
internal static class StateFiles
{
    /// <summary>The lines that were typed at prompts of one kind.</summary>
    public static string History(string prompt) => Path.Combine(Root(), $"{prompt}-history");

    /// <summary>A new file for the log of a conversation.</summary>
    public static string NewLog(TimeProvider time) =>
        Path.Combine(Logs(), $"{time.GetLocalNow():yyyy-MM-dd-HHmmss}-{Environment.ProcessId}.jsonl");

    /// <summary>The log that was written last.</summary>
    /// <exception cref="FileNotFoundException">Nothing was written yet.</exception>
    public static string LastLog() =>
        (Directory.Exists(Logs()) ? new DirectoryInfo(Logs()).GetFiles("*.jsonl") : []).MaxBy(log => log.LastWriteTimeUtc)?.FullName
        ?? throw new FileNotFoundException($"There is no run yet in {Logs()}; start one with 'codeact run', or name a log.");

    private static string Logs() => Path.Combine(Root(), "runs");

    // A user without a home that can be written keeps it with the temporary files.
    private static string Root()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } named ? named
            : home.Length > 0 ? Path.Combine(home, ".local", "state")
            : Path.GetTempPath();
        var root = Path.Combine(state, "codeact");
        try
        {
            Directory.CreateDirectory(root);
            return root;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Path.Combine(Path.GetTempPath(), "codeact");
        }
    }
}
