using System.Globalization;
using CodeAct.Agents;
using CodeAct.Web.Chats;
using CodeAct.Web.OpenAI;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace CodeAct.Web.Mcp;

/// <summary>A call that waits, as a question to the client's user.</summary>
/// <remarks>
/// The tool call ends with the question and is made again with the answer. What it went on from is in the log, so that nothing waits in
/// between; the state that the client carries says where.
/// </remarks>
internal static class McpApproval
{
    private const string Question = "approve";

    /// <summary>The question.</summary>
    public static InputRequiredException Of(string conversation, TurnPiece.Asked asked)
    {
        var question = new ElicitRequestParams
        {
            Message = $"The agent wants to call {TurnText.Call(asked.Request)}. May it?",
            RequestedSchema = new ElicitRequestParams.RequestSchema
            {
                Properties = { [Question] = new ElicitRequestParams.BooleanSchema { Title = "Approve the call" } },
                Required = [Question],
            },
        };
        return new InputRequiredException(
            new Dictionary<string, InputRequest> { [Question] = InputRequest.ForElicitation(question) },
            $"{conversation} {asked.Number} {asked.Request.Call?.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>Takes the answer, and goes on.</summary>
    /// <param name="state">As the client got it.</param>
    /// <param name="answers">The client's.</param>
    /// <param name="open">Opens a conversation of the client's owner.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="KeyNotFoundException">No such call waits.</exception>
    /// <exception cref="McpException">The state is not what the client got, or there is no answer.</exception>
    public static async Task<AgentTurn> AnswerAsync(
        string state,
        IDictionary<string, InputResponse> answers,
        Func<string, Task<LiveConversation>> open,
        CancellationToken cancellationToken)
    {
        if (state.Split(' ') is not [var id, var place, var named]
            || !long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !answers.TryGetValue(Question, out var given)
            || given.Deserialize(InputResponse.ElicitResultJsonTypeInfo) is not { } answer)
        {
            throw new McpException($"The answer to '{Question}' is missing, or its state is not what was sent.");
        }

        long? call = long.TryParse(named, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        var isApproved = answer is { IsAccepted: true, Content: { } content }
            && content.TryGetValue(Question, out var approve) && approve.ValueKind is System.Text.Json.JsonValueKind.True;
        var conversation = await open(id);
        await conversation.AnswerAsync(call, isApproved ? new Approved() : new Denied("the user said no"), cancellationToken);
        return new AgentTurn(conversation, number);
    }
}
