namespace CodeAct.Actions;

/// <summary>How actions, answers and observations are written: the marks around them, and the words for what is not there.</summary>
/// <remarks>What stands between the marks is the affair of the mode: Python, JSON or text.</remarks>
public sealed record ActionFormat
{
    /// <summary>
    /// Python in <c>&lt;execute&gt;</c>, as CodeActAgent was trained to write it. Fenced Python and other tags that models use for
    /// it count too; a reply without an action is the answer.
    /// </summary>
    public static ActionFormat Execute { get; } = new() { Open = "<execute>", Close = "</execute>" };

    /// <summary>A call in <c>&lt;action&gt;</c>, as JSON or as text. Other forms that models use for it count too.</summary>
    public static ActionFormat Action { get; } = new() { Open = "<action>", Close = "</action>" };

    /// <summary>
    /// What the trajectories of CodeActInstruct were collected with: <c>&lt;thought&gt;</c>, <c>&lt;execute&gt;</c> and
    /// <c>&lt;solution&gt;</c>, observations that count down the chances, and output cut at 2,000 characters.
    /// </summary>
    public static ActionFormat Mint { get; } = Execute with
    {
        Thought = "<thought>",
        Answer = "<solution>",
        AnswerClose = "</solution>",
        IsStrict = true,
        OtherStops = ["\nObservation:", "\nTask:"],
        Observation = "Observation:\n",
        Empty = "[Executed Successfully with No Output]",
        Cut = OutputCut.Head2000,
        Solutions = 2,
    };

    /// <summary>What M3ToolEval speaks in all modes: <c>Action: … End Action</c> or <c>Answer: …</c>, results as they are.</summary>
    public static ActionFormat M3ToolEval { get; } = new()
    {
        Open = "Action:",
        Close = "End Action",
        Answer = "Answer:",
        IsStrict = true,
        Observation = "",
        Empty = "[Executed Successfully with No Output, Did you forget to print?]",
        Cut = OutputCut.Head2000,
    };

    /// <summary>What the chat page of the original showed its model: <see cref="Execute"/>, and 4,000 characters of output.</summary>
    public static ActionFormat ChatUI { get; } = Execute with
    {
        Empty = "[Code executed successfully with no output]",
        Cut = new OutputCut(2000, "\n... [Output truncated due to length]...\n", 2000),
    };

    /// <summary>Begins an action: a tag, or a word that ends with a colon.</summary>
    public required string Open { get; init; }

    /// <summary>Ends it; generation stops there.</summary>
    public required string Close { get; init; }

    /// <summary>The tag around the reasoning before an action; null, as unless told, when it has none.</summary>
    public string? Thought { get; init; }

    /// <summary>Begins an answer; null, as unless told, when a reply without an action is the answer.</summary>
    public string? Answer { get; init; }

    /// <summary>Ends an answer; null, as unless told, when it ends with the reply.</summary>
    public string? AnswerClose { get; init; }

    /// <summary>Only these marks count, wherever they stand, and a reply with neither is of no use; false unless told.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Where generation stops besides; nothing unless told.</summary>
    public IReadOnlyList<string> OtherStops { get; init; } = [];

    /// <summary>Stands before each observation that is sent as a message of the user; <c>Execution Output:</c> unless told.</summary>
    public string Observation { get; init; } = "Execution Output:\n";

    /// <summary>The observation of an action that showed nothing; <c>[no output]</c> unless told.</summary>
    public string Empty { get; init; } = "[no output]";

    /// <summary>How long output is cut; null, as unless told, for the middle, to a budget.</summary>
    public OutputCut? Cut { get; init; }

    /// <summary>How many answers it may propose, which observations count down together with the turns; null for no count-down.</summary>
    /// <remarks>An answer is refused, and another one asked for, only where something checks answers.</remarks>
    public int? Solutions { get; init; }

    /// <summary>What ends the reasoning; null when it has no tag.</summary>
    internal string? ThoughtClose => Thought?.Replace("<", "</");

    /// <summary>Reasoning without the tag around it.</summary>
    internal string WithoutTags(string thought) =>
        Thought is null ? thought : thought.Replace(Thought, "").Replace(ThoughtClose!, "").Trim();

    /// <summary>An observation as it is sent to the model.</summary>
    /// <param name="observation">What was seen.</param>
    /// <param name="isUser">True when it is sent as a message of the user, and not in a role of its own.</param>
    /// <param name="turns">Turns that are left.</param>
    /// <param name="wrong">Answers so far, none of them right.</param>
    internal string Observed(string observation, bool isUser, int turns, int wrong)
    {
        var text = isUser ? Observation + observation : observation;
        return Solutions is not { } solutions ? text
            : $"{text}\nYou have {turns} steps left and {solutions - wrong} chances to propose solution left.\n"
                + (turns <= 1 ? "You should take the last step to propose a solution.\n" : "");
    }
}

/// <summary>How long output is cut.</summary>
/// <param name="Head">Characters that are kept of its beginning.</param>
/// <param name="Mark">What is put in the place of the rest.</param>
/// <param name="Tail">Characters that are kept of its end.</param>
public sealed record OutputCut(int Head, string Mark, int Tail)
{
    /// <summary>The first 2,000 characters and <c>[Output Truncated]</c>, as MINT and M3ToolEval have it.</summary>
    public static OutputCut Head2000 { get; } = new(2000, "...\n[Output Truncated]", 0);

    internal string Apply(string text) => text.Length <= Head + Tail ? text : $"{text[..Head]}{Mark}{text[^Tail..]}";
}
