using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>Writes what is asked and replied to a cassette. A reply that breaks off is kept so far.</summary>
internal sealed class RecordingClient(IChatClient inner, Cassette cassette) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatMessage> asked = [.. messages];
        var response = await base.GetResponseAsync(asked, options, cancellationToken);
        cassette.Add(asked, options, response.ToChatResponseUpdates());
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> asked = [.. messages];
        var updates = new List<ChatResponseUpdate>();
        try
        {
            await foreach (var update in base.GetStreamingResponseAsync(asked, options, cancellationToken))
            {
                updates.Add(update);
                yield return update;
            }
        }
        finally
        {
            if (updates.Count > 0)
            {
                cassette.Add(asked, options, updates);
            }
        }
    }
}
