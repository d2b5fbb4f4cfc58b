using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>Cancels a request that has been silent for too long: until the reply starts, or between two pieces of it.</summary>
internal sealed class SilenceClient(IChatClient inner, TimeSpan longest) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var silent = new CancellationTokenSource(longest);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
        return await base.GetResponseAsync(messages, options, either.Token);
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var silent = new CancellationTokenSource(longest);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
        await foreach (var update in base.GetStreamingResponseAsync(messages, options, either.Token))
        {
            yield return update;
            silent.CancelAfter(longest);
        }
    }
}
