using Microsoft.Extensions.AI;

namespace CodeAct.Data;

/// <summary>The expert up to and with its first mistake, then the model, which stays with whoever made it.</summary>
internal sealed class ForcedMistakeClient(ExpertClient expert, IChatClient model) : DelegatingChatClient(model)
{
    private int _left = expert.Raises.FindIndex(raises => raises is not null) + 1;

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        _left-- > 0
            ? expert.GetStreamingResponseAsync(messages, options, cancellationToken)
            : base.GetStreamingResponseAsync(messages, options, cancellationToken);
}
