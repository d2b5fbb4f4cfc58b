namespace CodeAct.Agents;

/// <summary>What is said to models.</summary>
public static class Prompts
{
    /// <summary>The agent's system prompt, for models that do not bring one of their own: <c>Prompts/code.md</c>.</summary>
    public static string Code { get; } = Read("code.md");

    /// <summary>A reason as a clause, such as "too many cells for one message"; for people and for models.</summary>
    public static string Why(StopReason reason) => reason switch
    {
        StopReason.Answered => "there is an answer",
        StopReason.TurnLimit => "the limit of turns for one message was reached",
        StopReason.CellLimit => "the limit of cells for one message was reached",
        StopReason.TokenLimit => "the limit of tokens for one message was reached",
        StopReason.TimeLimit => "the time limit for one message was reached",
        StopReason.ContextFull => "the conversation no longer fits into the model's context",
        StopReason.Unreadable => "too many replies in a row were neither code nor an answer",
        StopReason.Interrupted => "the user stopped the run",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason."),
    };

    private static string Read(string name)
    {
        using var stream = typeof(Prompts).Assembly.GetManifestResourceStream(typeof(Prompts), $"Prompts.{name}")
            ?? throw new InvalidOperationException($"The prompt '{name}' is not in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
