using CodeAct.Agents;

namespace CodeAct.Web.OpenAI;

/// <summary>What a client is told of a message that the agent works on.</summary>
internal abstract record TurnPiece
{
    private TurnPiece()
    {
    }

    /// <summary>The model writes: a thought, or its answer; which of them is known at the end of the reply.</summary>
    internal sealed record Wrote(string Text) : TurnPiece;

    /// <summary>What was written was a thought, all of it.</summary>
    internal sealed record Thought(string Text) : TurnPiece;

    /// <summary>Code runs now.</summary>
    /// <param name="Number">The event's.</param>
    /// <param name="Code">Python.</param>
    internal sealed record Ran(long Number, string Code) : TurnPiece;

    /// <summary>The code showed a picture.</summary>
    internal sealed record Showed(string Name, string Type, byte[] Bytes) : TurnPiece;

    /// <summary>The code is over.</summary>
    /// <param name="Output">What the model is shown of it.</param>
    internal sealed record Printed(string Output) : TurnPiece;

    /// <summary>A call waits for an approval; the last piece then.</summary>
    /// <param name="Number">The event's.</param>
    /// <param name="Request">The call.</param>
    internal sealed record Asked(long Number, ApprovalRequested Request) : TurnPiece;

    /// <summary>The run is over; the last piece then.</summary>
    /// <param name="End">How.</param>
    /// <param name="Made">The names of the pictures that were shown and of the files that appeared or changed.</param>
    internal sealed record Over(RunEnded End, IReadOnlyList<string> Made) : TurnPiece;

    /// <summary>Nothing more is known of the run; the last piece then.</summary>
    internal sealed record Lost(string Why) : TurnPiece;
}
