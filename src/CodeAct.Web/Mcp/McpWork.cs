using CodeAct.Agents;
using CodeAct.Web.OpenAI;
using ModelContextProtocol;
using ModelContextProtocol.Server;

namespace CodeAct.Web.Mcp;

/// <summary>Follows the agent for a client that waits for its answer, and tells it the steps.</summary>
/// <param name="server">The connection.</param>
/// <param name="progress">Is told what the agent does.</param>
/// <param name="isAlone">There is no page: the client has started this program itself.</param>
internal sealed class McpWork(McpServer server, IProgress<ProgressNotificationValue> progress, bool isAlone)
{
    private const int LongestStep = 200; // characters

    private int _steps;

    /// <summary>The answer, what was made on the way, and whether there is no answer.</summary>
    /// <exception cref="ModelContextProtocol.Protocol.InputRequiredException">The client is to ask its user about a call.</exception>
    public async Task<(string Text, IReadOnlyList<string> Made, bool IsError)> FollowAsync(
        AgentTurn turn, CancellationToken cancellationToken)
    {
        TurnPiece? last = null;
        await foreach (var piece in turn.PiecesAsync(cancellationToken))
        {
            last = piece;
            Tell(piece);
        }

        return last switch
        {
            TurnPiece.Over(var end, var made) => (end.Answer ?? TurnText.Stopped(end)!, made, end.Answer is null),
            TurnPiece.Asked asked when server.ClientCapabilities?.Elicitation is not null =>
                throw McpApproval.Of(turn.Conversation.Id, asked),
            TurnPiece.Asked(_, var request) => (Waits(turn.Conversation.Id, request), [], true),
            _ => ((last as TurnPiece.Lost)?.Why ?? "The run was lost.", [], true),
        };
    }

    private void Tell(TurnPiece piece)
    {
        var text = piece switch
        {
            TurnPiece.Thought(var thought) => thought.Trim(),
            TurnPiece.Ran(_, var code) => $"runs: {code.Trim()}",
            TurnPiece.Printed(var output) => $"saw: {output.Trim()}",
            _ => null,
        };
        if (text is not null)
        {
            var shown = text.Length <= LongestStep ? text : $"{text[..LongestStep]}…";
            progress.Report(new ProgressNotificationValue { Progress = ++_steps, Message = shown });
        }
    }

    private string Waits(string conversation, ApprovalRequested request) => isAlone
        ? $"The call {TurnText.Call(request)} needs an approval, and this client cannot ask for one. It waits: "
            + $"codeact approve {conversation}, once this client has ended."
        : new TurnText(conversation, server: "").Waits(request);
}
