namespace CodeAct.Agents;

/// <summary>Decides about a call, as a rule by asking a person.</summary>
/// <remarks>
/// It is called once the request is with whoever reads the run's events, one request at a time. No clock runs meanwhile: neither
/// the cell's nor the run's.
/// </remarks>
/// <param name="request">The call, with the code that makes it.</param>
/// <param name="cancellationToken">The cell was interrupted or the run stopped: no answer is wanted any more.</param>
public delegate Task<ApprovalAnswer> Approver(ApprovalRequested request, CancellationToken cancellationToken);

/// <summary>What was decided about a call.</summary>
public abstract record ApprovalAnswer
{
    private protected ApprovalAnswer()
    {
    }
}

/// <summary>The call is made.</summary>
public sealed record Approved : ApprovalAnswer
{
    /// <summary>Other arguments than the code gave, a JSON object; null, as unless told, for the same.</summary>
    public string? Arguments { get; init; }

    /// <summary>So are all calls of this tool until the end of the run.</summary>
    public bool Always { get; init; }
}

/// <summary>The call is not made: it raises <c>ToolRefused</c>, a <c>PermissionError</c>, in the cell.</summary>
/// <param name="Reason">For the model to read.</param>
public sealed record Denied(string Reason) : ApprovalAnswer;

/// <summary>Nobody can say now: the run ends with <see cref="StopReason.ApprovalPending"/>, and can go on from its log.</summary>
public sealed record Undecided : ApprovalAnswer;
