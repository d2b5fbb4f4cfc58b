using System.Runtime.CompilerServices;
using CodeAct.Agents;
using CodeAct.Web.Chats;

namespace CodeAct.Web.OpenAI;

/// <summary>A message that the agent works on for a client that waits: when the client goes, the work ends.</summary>
/// <param name="Conversation">In which.</param>
/// <param name="Before">The number of the last event before it; with the conversation, what tells it from others.</param>
internal sealed record AgentTurn(LiveConversation Conversation, long Before)
{
    /// <inheritdoc cref="LiveConversation.SendAsync"/>
    public static async Task<AgentTurn> BeginAsync(LiveConversation conversation, Message message, CancellationToken cancellationToken) =>
        new(conversation, await conversation.SendAsync(message, cancellationToken));

    /// <summary>What happens, to the end of the message or to a call that waits for an approval.</summary>
    public IAsyncEnumerable<TurnPiece> PiecesAsync(CancellationToken cancellationToken) =>
        TurnReader.ReadAsync(EventsAsync(cancellationToken), cancellationToken);

    private async IAsyncEnumerable<LiveEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isOver = false;
        try
        {
            await foreach (var told in Conversation.Audience.FollowAsync(Before, cancellationToken))
            {
                isOver = told is Happened { Event.Entry.Event: RunEnded or ApprovalRequested } or Broken or Deleted;
                yield return told;
            }
        }
        finally
        {
            if (!isOver)
            {
                Conversation.Abandon();
            }
        }
    }
}
