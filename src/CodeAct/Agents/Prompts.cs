using System.Text;
using CodeAct.Actions;
using CodeAct.Python;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>What is said to models.</summary>
public static class Prompts
{
    /// <summary>The system prompt of code mode, without tools and with variables that stay, for models with none of their own.</summary>
    public static string Code { get; } =
        ActionMode.Code.Prompt(new ActionSetting(new ToolCatalog(null), IsPersistent: true, new AgentOptions().MaxTurns));

    /// <summary>The interpreter in the shape of a tool: definitions as <see cref="IToolHost"/> has them.</summary>
    internal static byte[] ExecuteCode { get; } = Encoding.UTF8.GetBytes(Read("execute_code.json"));

    /// <summary>What stands before a list of skills.</summary>
    internal static string Skills { get; } = Read("skills.md");

    /// <summary>A reason as a clause, such as "too many cells for one message"; for people and for models.</summary>
    public static string Why(StopReason reason) => reason switch
    {
        StopReason.Answered => "there is an answer",
        StopReason.TurnLimit => "the limit of turns for one message was reached",
        StopReason.CellLimit => "the limit of cells for one message was reached",
        StopReason.TokenLimit => "the limit of tokens for one message was reached",
        StopReason.TimeLimit => "the time limit for one message was reached",
        StopReason.ContextFull => "the conversation no longer fits into the model's context",
        StopReason.Unreadable => "too many replies in a row were neither an action nor an answer",
        StopReason.Interrupted => "the user stopped the run",
        StopReason.Stuck => "the model went round in circles",
        StopReason.CostLimit => "the limit of cost for one message was reached",
        StopReason.WrongAnswer => "no answer was right",
        StopReason.ApprovalPending => "a call waits for an approval",
        StopReason.Failed => "the model or the interpreter could not be reached",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason."),
    };

    /// <summary>A reason with what more there is to say of it.</summary>
    public static string Why(StopReason reason, string? detail) => detail is null ? Why(reason) : $"{Why(reason)}: {detail}";

    /// <summary>The user's message as the model gets it.</summary>
    internal static string Message(string task, IReadOnlyList<string> files) =>
        files.Count == 0 ? task : $"{task}\nFiles: {string.Join(", ", files)}";

    /// <summary>An observation as the model gets it.</summary>
    internal static string Observed(ChatRole role, string observation) =>
        role == ChatRole.User ? $"Execution Output:\n{observation}" : observation;

    /// <summary>What the model is told of a wrong answer.</summary>
    public static string WrongAnswer { get; } =
        "Your answer is wrong. Look at the task again, check your steps, and give another one.";

    /// <summary>What the model is told when it goes round in circles.</summary>
    internal static string Circles(string pattern) =>
        $"{char.ToUpperInvariant(pattern[0])}{pattern[1..]}. Doing it again will not help: find out why, try another way, "
        + "or answer with what you know.";

    /// <summary>What the model is told when it must answer by a tool.</summary>
    internal static string CallFinalAnswer { get; } = $"Give the answer by calling {TypedAnswer.Name}(value).";

    /// <summary>What the model is told of an action that ran again in a rebuilt interpreter.</summary>
    internal static string RanAgain(IReadOnlyList<string> notes) =>
        $"the interpreter was started anew and its state rebuilt by running earlier cells again. {string.Join(' ', notes)}";

    /// <summary>What stands in the place of an answer that there is not.</summary>
    internal static string Stopped(string why) => $"I stopped before I had an answer: {why}.";

    /// <summary>The observation of a cell that was one too many.</summary>
    internal static string NotRun { get; } = $"[not run: {Why(StopReason.CellLimit)}]";

    /// <summary>The observation of a call that was cut off together with its run.</summary>
    internal static string CallCutOff { get; } = "[stopped together with the run, the call may have had its effect]";

    /// <summary>The end of a cell that was cut off together with its run.</summary>
    internal static CellEnded CellCutOff { get; } = new(
        CellStatus.Interrupted, default, VariablesKept: false, "stopped together with the run, variables may be gone", []);

    /// <summary>A part of a prompt, with the marks of a format.</summary>
    internal static string Of(string name, ActionFormat format, ActionSetting setting) => Read($"{name}.md")
        .Replace("{{finish}}", Finish(format, setting))
        .Replace("{{open}}", format.Open)
        .Replace("{{close}}", format.Close);

    /// <summary>What Python can do here, and which tools it has.</summary>
    internal static string Interpreter(ActionFormat format, ActionSetting setting)
    {
        var state = Read(setting.IsPersistent ? "persistent.md" : "stateless.md");
        var interpreter = Of("interpreter", format, setting).Replace("{{state}}", state);
        var listed = Modes.CallPrompt.Python(setting.InCode);
        return listed.Length == 0 ? interpreter
            : listed.Length > setting.ListBudget
                ? Join(interpreter, Read("tools-search.md").Replace("{{count}}", $"{setting.InCode.Tools.Count}"))
                : Join(interpreter, Read("tools.md").Replace("{{tools}}", listed));
    }

    /// <summary>Parts of a prompt, an empty line between them.</summary>
    internal static string Join(params IEnumerable<string> parts) => string.Join("\n\n", parts);

    private static string Finish(ActionFormat format, ActionSetting setting)
    {
        var place = format.AnswerClose is { } close ? $"between {format.Answer} and {close}" : $"after {format.Answer}";
        string[] parts =
        [
            .. format.Thought is { } thought
                ? [Read("thought.md").Replace("{{thought}}", thought).Replace("{{thought-close}}", format.ThoughtClose)]
                : Array.Empty<string>(),
            format.Answer is null ? Read("finish.md") : Read("finish-marked.md").Replace("{{answer}}", place),
            .. format.Solutions is { } solutions
                ? [Read("count-down.md").Replace("{{turns}}", $"{setting.MaxTurns}").Replace("{{solutions}}", $"{solutions}")]
                : Array.Empty<string>(),
        ];
        return string.Join(' ', parts);
    }

    private static string Read(string name)
    {
        using var stream = typeof(Prompts).Assembly.GetManifestResourceStream(typeof(Prompts), $"Prompts.{name}")
            ?? throw new InvalidOperationException($"The prompt '{name}' is not in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
