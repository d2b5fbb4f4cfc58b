namespace CodeAct.Cli;

/// <summary>Where the command keeps what it writes down: <c>$XDG_STATE_HOME/codeact</c>, or <c>~/.local/state/codeact</c>.</summary>
internal static class StateFiles
{
    /// <summary>The lines that were typed at prompts of one kind.</summary>
    public static string History(string prompt) => Path.Combine(Root(), $"{prompt}-history");

    /// <summary>A new file for the log of a conversation.</summary>
    public static string NewLog(TimeProvider time) =>
        Path.Combine(Root(), "runs", $"{time.GetLocalNow():yyyy-MM-dd-HHmmss}-{Environment.ProcessId}.jsonl");

    private static string Root() =>
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
            ? Path.Combine(state, "codeact")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "codeact");
}
