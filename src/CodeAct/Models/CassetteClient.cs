using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>Answers from a cassette; to a request that was recorded several times in order, then with the last reply again.</summary>
internal sealed class CassetteClient(string path, IEnumerable<Cassette.Exchange> exchanges) : IChatClient
{
    private readonly Dictionary<string, Queue<IReadOnlyList<ChatResponseUpdate>>> _replies = exchanges
        .GroupBy(exchange => exchange.Request)
        .ToDictionary(group => group.Key, group => new Queue<IReadOnlyList<ChatResponseUpdate>>(group.Select(exchange => exchange.Reply)));

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> asked = [.. messages];
        foreach (var update in Reply(asked, options))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return update;
            await Task.Yield();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // Nothing is open.
    }

    private IReadOnlyList<ChatResponseUpdate> Reply(List<ChatMessage> asked, ChatOptions? options)
    {
        lock (_replies)
        {
            if (_replies.TryGetValue(Cassette.Digest(asked, options), out var replies))
            {
                return replies.Count > 1 ? replies.Dequeue() : replies.Peek();
            }

            var number = asked.Count(message => message.Role == ChatRole.Assistant) + 1;
            throw new ModelException(
                ModelErrorKind.NotFound,
                $"The cassette {path} has no reply to this request, which is number {number} of its conversation. "
                + "Task, files, prompt, tools and limits must be those of the recording; record anew with --record.");
        }
    }
}
