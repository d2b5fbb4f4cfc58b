namespace CodeAct.Cli;

/// <summary>What the commands exit with; the same numbers everywhere.</summary>
internal static class ExitCode
{
    /// <summary>Answered, or done.</summary>
    public const int Done = 0;

    /// <summary>An error; for <c>exec</c>, a cell that raised.</summary>
    public const int Error = 1;

    /// <summary>A limit ended it; for <c>exec</c>, also the death of the session.</summary>
    public const int Limit = 2;

    /// <summary>A call waits for an approval, and nobody could be asked; <c>codeact approve</c> goes on.</summary>
    public const int Pending = 3;

    /// <summary>Ctrl-C, as a shell counts it: 128 and the number of SIGINT.</summary>
    public const int Interrupted = 130;
}
