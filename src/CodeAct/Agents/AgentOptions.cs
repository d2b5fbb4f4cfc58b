using System.Numerics;
using System.Runtime.CompilerServices;
using CodeAct.Actions;
using CodeAct.Models;
using CodeAct.Python;

namespace CodeAct.Agents;

/// <summary>The limits of a run, each per message of the user, and how the model is asked.</summary>
public sealed record AgentOptions
{
    /// <summary>Most replies of the model, at least 1; 20 unless told.</summary>
    public int MaxTurns { get; init => field = Above(0, value); } = 20;

    /// <summary>How the model acts; <see cref="ActionMode.Code"/> unless told.</summary>
    public ActionMode Mode { get; init; } = ActionMode.Code;

    /// <summary>
    /// Variables stay from cell to cell; true unless told. Without that each cell runs in a fresh fork of the clean interpreter,
    /// and only the files of the working directory stay.
    /// </summary>
    public bool Persistent { get; init; } = true;

    /// <summary>What the model may call; null, as unless told, for what the conversation's session has.</summary>
    public IToolHost? Tools { get; init; }

    /// <summary>
    /// Most characters that the list of tools, with signatures and descriptions, takes of the prompt, at least 0; 16,000 unless told,
    /// some 4,000 tokens. A longer list becomes a search: <c>tools.search</c> in code, <c>search_tools</c> by name.
    /// </summary>
    public int ToolListBudget { get; init => field = Above(-1, value); } = 16_000;

    /// <summary>Where they come from, for the log; null unless told.</summary>
    public ToolSources? Sources { get; init; }

    /// <summary>What the model is told after the prompt of its mode, as an <c>AGENTS.md</c>; null, as unless told, for nothing.</summary>
    public string? Instructions { get; init; }

    /// <summary>What the model is told first; null, as unless told, for the model's own prompt, or else that of the mode.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>Most cells that run, at least 1; 15 unless told. After the last one the model may still answer.</summary>
    /// <remarks>A tool that is called without code counts as one.</remarks>
    public int MaxCells { get; init => field = Above(0, value); } = 15;

    /// <summary>Most tokens that the model writes in all its replies, at least 1; 100,000 unless told.</summary>
    public long MaxTokens { get; init => field = Above(0, value); } = 100_000;

    /// <summary>Most tokens of one reply, at least 1; 4,096 unless told. A small context lowers it to its half.</summary>
    public int MaxReplyTokens { get; init => field = Above(0, value); } = 4096;

    /// <summary>What tokens cost; null, as unless told: unknown.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>Most that the tokens may cost, in the currency of <see cref="Price"/>; null, as unless told: no limit.</summary>
    public decimal? MaxCost { get; init => field = value is null ? null : Above(0, value.Value); }

    /// <summary>Says whether an answer is right; null, as unless told: every answer ends the run.</summary>
    public Func<string, CancellationToken, ValueTask<AnswerCheck>>? Check { get; init; }

    /// <summary>Most answers until the run ends, at least 1, when there is a <see cref="Check"/>; 2 unless told.</summary>
    public int MaxAnswers { get; init => field = Above(0, value); } = 2;

    /// <summary>
    /// How often the same must happen for the model to be told that it goes round in circles, at least 2; 3 unless told. If that
    /// happens once more, the run ends.
    /// </summary>
    public int StuckAfter { get; init => field = Above(1, value); } = 3;

    /// <summary>
    /// The part of the model's context, above 0 and at most 1, from which on earlier steps are left out; 0.75 unless told. When the
    /// model does not say how much fits, they are left out when it refuses a conversation as too long.
    /// </summary>
    public double CompactAt
    {
        get;
        init => field = value is > 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "It is a part of the context, above 0 and at most 1.");
    } = 0.75;

    /// <summary>Which calls need an approval; null, as unless told: only those of tools that are marked so.</summary>
    public ApprovalPolicy? Approval { get; init; }

    /// <summary>Decides about those calls; null, as unless told: they are refused.</summary>
    public Approver? Approver { get; init; }

    /// <summary>By which tool the model must answer; null for a reply in words.</summary>
    internal TypedAnswer? Typed { get; init; }

    /// <summary>Longest time for everything together; 15 minutes unless told.</summary>
    public TimeSpan MaxTime { get; init => field = Above(TimeSpan.Zero, value); } = TimeSpan.FromMinutes(15);

    /// <summary>Longest time for one cell; 60 s unless told.</summary>
    public TimeSpan CellTimeout { get; init => field = Above(TimeSpan.Zero, value); } = TimeSpan.FromSeconds(60);

    /// <summary>Replies in a row that may be neither an action nor an answer until the run ends, at least 1; 3 unless told.</summary>
    public int MaxUnreadable { get; init => field = Above(0, value); } = 3;

    /// <summary>Most characters of a cell's output that the model is shown, at least 100. A small context lowers it.</summary>
    public int ObservationBudget { get; init => field = Above(99, value); } = ObservationText.DefaultBudget;

    /// <summary>Sampling temperature, from 0 (always the likeliest token); null leaves it to the provider.</summary>
    public float? Temperature { get; init => field = value is null ? null : Above(-float.Epsilon, value.Value); }

    /// <summary>Makes sampling repeatable where the provider can; null leaves it to chance.</summary>
    public long? Seed { get; init; }

    private static T Above<T>(T bound, T value, [CallerMemberName] string name = "")
        where T : IComparisonOperators<T, T, bool> =>
        value > bound ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be above {bound}.");

    private static TimeSpan Above(TimeSpan bound, TimeSpan value, [CallerMemberName] string name = "") =>
        value > bound ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be above {bound}.");
}
