namespace CodeAct.Cli;

/// <summary>Where the command keeps things: in the directories of the XDG specification, or below <c>~/.local</c>.</summary>
internal static class StateFiles
{
    /// <summary>The lines that were typed at prompts of one kind.</summary>
    public static string History(string prompt) => Path.Combine(Root("XDG_STATE_HOME", "state"), $"{prompt}-history");

    /// <summary>The conversations: <c>$XDG_DATA_HOME/codeact/conversations.db</c>, or below <c>~/.local/share</c>.</summary>
    public static string Conversations() => Path.Combine(Data(), "conversations.db");

    /// <summary>The directory of the conversations, and of what belongs to them.</summary>
    public static string Data() => Root("XDG_DATA_HOME", "share");

    // A user without a home that can be written keeps it with the temporary files.
    private static string Root(string variable, string folder)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var place = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named ? named
            : home.Length > 0 ? Path.Combine(home, ".local", folder)
            : Path.GetTempPath();
        var root = Path.Combine(place, "codeact");
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
