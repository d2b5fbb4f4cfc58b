namespace CodeAct.Data;

/// <summary>Which part of the material a task is drawn from.</summary>
internal enum Split
{
    /// <summary>What the model is trained on.</summary>
    Train,

    /// <summary>Training wordings about words, tables and values that training never used.</summary>
    Content,

    /// <summary>Wordings that training never used.</summary>
    Wording,

    /// <summary>Functions that training never offered.</summary>
    Tools,
}

/// <summary>One task, complete: what the user says, how the expert solves it, and what a right answer is.</summary>
/// <param name="Id">Names the material it was drawn from: split, seed and index; the same id is the same task.</param>
/// <param name="Family">Such as <c>csv</c> or <c>lists</c>.</param>
/// <param name="Kind">The question within the family, such as <c>mean-per-group</c>.</param>
/// <param name="Split">Where the material comes from.</param>
/// <param name="Turns">The user's messages in order, at least one.</param>
internal sealed record DataTask(string Id, string Family, string Kind, Split Split, IReadOnlyList<DataTurn> Turns)
{
    /// <summary>Files that lie in the workspace before the first cell.</summary>
    public IReadOnlyList<DataFile> Files { get; init; } = [];

    /// <summary>Python that runs in the session before the first cell, such as the functions of a tool task.</summary>
    public string? Setup { get; init; }

    /// <summary>When set, the expert takes this detour (modulo their number) in the first message that has any.</summary>
    public int? Detour { get; init; }
}

/// <summary>A file of a task.</summary>
/// <param name="Name">Its name in the workspace.</param>
/// <param name="Text">Its content.</param>
internal sealed record DataFile(string Name, string Text);

/// <summary>One message of the user and the expert's way to its answer.</summary>
/// <param name="Text">What the user says.</param>
/// <param name="Steps">The expert's actions; empty when the answer needs no code.</param>
/// <param name="Answer">Writes the answer from the last observation.</param>
/// <param name="Truth">What a right answer says, computed here and not by Python.</param>
internal sealed record DataTurn(string Text, IReadOnlyList<Step> Steps, Func<string, string> Answer, Truth Truth)
{
    /// <summary>Longer ways: each has one wrong action in it and the repair that follows from its traceback.</summary>
    public IReadOnlyList<IReadOnlyList<Step>> Detours { get; init; } = [];
}

/// <summary>One action of the expert.</summary>
/// <param name="Thought">One short sentence.</param>
/// <param name="Code">The cell.</param>
internal sealed record Step(string Thought, string Code)
{
    /// <summary>For an action that is wrong on purpose: the exception that it must raise.</summary>
    public string? Raises { get; init; }
}
