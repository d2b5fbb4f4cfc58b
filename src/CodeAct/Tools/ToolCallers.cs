using Microsoft.Extensions.AI;

namespace CodeAct.Tools;

/// <summary>Who may call a tool.</summary>
[Flags]
public enum ToolCallers
{
    /// <summary>The model, by the tool's name.</summary>
    Direct = 1,

    /// <summary>Code in the interpreter.</summary>
    Code = 2,

    /// <summary>Both.</summary>
    All = Direct | Code,
}

/// <summary>A function that only some may call; others neither see it nor can they call it.</summary>
/// <param name="function">The function.</param>
/// <param name="callers">Who may.</param>
public sealed class ReservedAIFunction(AIFunction function, ToolCallers callers) : DelegatingAIFunction(function)
{
    /// <summary>Who may call it.</summary>
    public ToolCallers Callers => callers;
}
