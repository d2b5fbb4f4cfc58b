using System.Text.Json;

namespace CodeAct.Python;

/// <summary>What the code of a session may call on the host. It does not change: a session is given another one instead.</summary>
public interface IToolHost
{
    /// <summary>
    /// The tools as a JSON array, for the functions in Python: <c>name</c>, and where there is one <c>description</c>,
    /// <c>parameters</c> and <c>returns</c> (JSON schemas), <c>bytes</c> (true when the result is bytes), <c>approval</c> (true when
    /// a call needs an approval), <c>callers</c> (<c>Code</c> or <c>Direct</c> when only code, or only the model, may call it), and
    /// <c>python</c>: it is a function of the <c>file</c>, whose text is the <c>source</c> in the first definition that names the
    /// file, and runs in the session itself.
    /// </summary>
    ReadOnlyMemory<byte> Definitions { get; }

    /// <summary>Calls a tool; any number of calls may run at the same time.</summary>
    /// <param name="wanted">What is wanted; a name that there is not, and arguments that do not fit, are answers too.</param>
    /// <param name="cancellationToken">Nobody waits for the answer any more.</param>
    /// <returns>A failure of the tool is an answer. The only exception is <see cref="OperationCanceledException"/>.</returns>
    Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken);
}

/// <summary>A call that code of a session makes.</summary>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">A JSON object.</param>
/// <param name="Workspace">Where paths among the arguments lead to.</param>
public sealed record ToolCall(string Name, JsonElement Arguments, Workspace Workspace)
{
    /// <summary>As <see cref="ToolCalled.Call"/>; null for a call that no code has made, but the model itself.</summary>
    public long? Number { get; init; }

    /// <summary>It needs no approval any more. Whoever gives it has it from a person, or from a policy that one has made.</summary>
    public bool IsApproved { get; init; }

    /// <summary>The clocks of the cell that makes the call; null without a cell.</summary>
    internal Waits? Clocks { get; init; }
}

/// <summary>What becomes of a call.</summary>
public abstract record ToolAnswer
{
    private protected ToolAnswer()
    {
    }
}

/// <summary>The result, as JSON.</summary>
public sealed record ToolValue(JsonElement Value) : ToolAnswer;

/// <summary>The result, a file or other bytes.</summary>
public sealed record ToolBytes(ReadOnlyMemory<byte> Data) : ToolAnswer;

/// <summary>The tool gave no result.</summary>
/// <param name="Kind">What kind of exception it becomes in Python.</param>
/// <param name="Message">For the model to read.</param>
public sealed record ToolFailure(ToolFailureKind Kind, string Message) : ToolAnswer;

/// <summary>Why a call gave no result.</summary>
public enum ToolFailureKind
{
    /// <summary>The tool failed: <c>ToolError</c>.</summary>
    Error,

    /// <summary>The call is not allowed, and nothing was done: <c>ToolRefused</c>, a <c>PermissionError</c>.</summary>
    Refused,

    /// <summary>The tool cannot take such arguments: <c>TypeError</c>, with the tool's signature.</summary>
    Arguments,
}
