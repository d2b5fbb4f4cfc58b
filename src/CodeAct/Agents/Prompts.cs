using CodeAct.Python;
using Microsoft.Extensions.AI;

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

    /// <summary>The user's message as the model gets it.</summary>
    internal static string Message(string task, IReadOnlyList<string> files) =>
        files.Count == 0 ? task : $"{task}\nFiles: {string.Join(", ", files)}";

    /// <summary>An observation as the model gets it.</summary>
    internal static string Observed(ChatRole role, string observation) =>
        role == ChatRole.User ? $"Execution Output:\n{observation}" : observation;

    /// <summary>What stands in the place of an answer that there is not.</summary>
    internal static string Stopped(string why) => $"I stopped before I had an answer: {why}.";

    /// <summary>The observation of a cell that was one too many.</summary>
    internal static string NotRun { get; } = $"[not run: {Why(StopReason.CellLimit)}]";

    /// <summary>The end of a cell that was cut off together with its run.</summary>
    internal static CellEnded CellCutOff { get; } = new(
        CellStatus.Interrupted, default, VariablesKept: false, "stopped together with the run, variables may be gone", []);

    private static string Read(string name)
    {
        using var stream = typeof(Prompts).Assembly.GetManifestResourceStream(typeof(Prompts), $"Prompts.{name}")
            ?? throw new InvalidOperationException($"The prompt '{name}' is not in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
