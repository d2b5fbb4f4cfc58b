using CodeAct.Actions;
using CodeAct.Agents.Modes;
using CodeAct.Python;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>How a model acts: what it is told of that, how its replies are read, and what is run. A closed set of four.</summary>
/// <remarks>The same tools serve all of them, and a call does the same in each.</remarks>
public abstract record ActionMode
{
    private protected ActionMode()
    {
    }

    /// <summary>Python, one block a reply.</summary>
    public static CodeMode Code { get; } = new();

    /// <summary>A call of a tool as JSON, one a reply.</summary>
    public static JsonMode Json { get; } = new();

    /// <summary>A call of a tool as text, one a reply.</summary>
    public static TextMode Text { get; } = new();

    /// <summary>The provider's own function calling.</summary>
    public static NativeMode Native { get; } = new();

    /// <summary>All four, as they are unless told.</summary>
    public static IReadOnlyList<ActionMode> All { get; } = [Code, Json, Text, Native];

    /// <summary>One of <see cref="All"/> by its name; code for null, as in <see cref="RunStarted.Mode"/>.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ActionMode Named(string? name) => name is null ? Code
        : All.FirstOrDefault(mode => mode.Name == name)
            ?? throw new ArgumentException(
                $"There is no mode '{name}'; there are {string.Join(", ", All.Select(mode => mode.Name))}.", nameof(name));

    /// <summary>What it is called in logs and at the command line.</summary>
    public abstract string Name { get; }

    /// <summary>How actions, answers and observations are written.</summary>
    public ActionFormat Format { get; init; } = ActionFormat.Execute;

    /// <summary>The system prompt, true to the tools and to what becomes of variables.</summary>
    internal abstract string Prompt(ActionSetting setting);

    /// <summary>Reads one reply.</summary>
    internal abstract IReplyReader Read(ActionSetting setting);

    /// <summary>Tells the provider where to stop, and of functions.</summary>
    internal virtual void Configure(ChatOptions options, ActionSetting setting) =>
        options.StopSequences = [Format.Close, .. Format.OtherStops];

    /// <summary>What the model may call by name; null when it calls nothing by name, but writes Python.</summary>
    internal abstract ToolCatalog? Offered(ActionSetting setting);
}

/// <summary>Which tools a model may call by name.</summary>
public enum ToolAccess
{
    /// <summary>The tools themselves, and no Python; where there are none, as <see cref="Code"/>.</summary>
    Direct,

    /// <summary>One alone, <c>execute_code</c>, in whose code the tools are functions.</summary>
    Code,
}

/// <summary>What a mode works with.</summary>
/// <param name="Tools">The host's.</param>
/// <param name="IsPersistent">Variables stay from cell to cell.</param>
/// <param name="MaxTurns">Turns that there are in all.</param>
internal sealed record ActionSetting(ToolCatalog Tools, bool IsPersistent, int MaxTurns)
{
    private static readonly ToolCatalog _executeCode = new(new ExecuteCode());

    /// <summary>Most characters that the list of tools may have in the prompt.</summary>
    public int ListBudget { get; init; } = int.MaxValue;

    /// <summary>The tools that code may call.</summary>
    public ToolCatalog InCode { get; } = Tools.For(ToolCallers.Code);

    /// <summary>The tools that the model may call by name.</summary>
    public ToolCatalog ByName { get; } = Tools.For(ToolCallers.Direct);

    /// <summary>What is offered under an access.</summary>
    public ToolCatalog Offered(ToolAccess access) => IsPython(access) ? _executeCode : ByName;

    /// <summary>Whether the model writes Python under an access.</summary>
    public bool IsPython(ToolAccess access) => access is ToolAccess.Code || ByName.Tools.Count == 0;

    /// <summary>The interpreter in the shape of a tool.</summary>
    private sealed class ExecuteCode : IToolHost
    {
        public ReadOnlyMemory<byte> Definitions => Prompts.ExecuteCode;

        public Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken) =>
            throw new System.Diagnostics.UnreachableException("Code is run by the session.");
    }
}
