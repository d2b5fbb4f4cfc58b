using System.Runtime.CompilerServices;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.Testing;

/// <summary>A model without a network: the replies of a script, one per request, in pieces of a few characters.</summary>
/// <remarks>
/// It ends a reply before a stop sequence, as most servers do, or after <see cref="ChatOptions.MaxOutputTokens"/> pieces, and
/// reports each piece as a token.
/// </remarks>
/// <param name="replies">The replies, in order. A request beyond them fails.</param>
public sealed class ScriptedModel(params IReadOnlyList<string> replies) : IChatClient
{
    private readonly List<IReadOnlyList<ChatMessage>> _requests = [];

    /// <summary>The messages of each request so far, as they were when it came.</summary>
    public IReadOnlyList<IReadOnlyList<ChatMessage>> Requests => _requests;

    /// <summary>Characters in a piece, at least 1; 4 unless told.</summary>
    public int PieceLength
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "At least 1.");
    } = 4;

    /// <summary>True when the stop sequence itself stays in the text, as some servers have it.</summary>
    public bool KeepsStopSequence { get; init; }

    /// <summary>True when the last reply does not end: after its text it waits to be cancelled.</summary>
    public bool LastReplyHangs { get; init; }

    /// <summary>How many tokens it says a request has; one for each message unless told.</summary>
    public Func<IReadOnlyList<ChatMessage>, long> InputTokens { get; init; } = messages => messages.Count;

    /// <summary>This as a model that an agent can use.</summary>
    public Model AsModel() => new("scripted:model", this);

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The script has no reply left.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        _requests.Add([.. messages]);
        if (_requests.Count > replies.Count)
        {
            throw new InvalidOperationException(
                $"The script has {replies.Count} replies, and this is request {_requests.Count}.");
        }

        var text = CutAtStop(replies[_requests.Count - 1], options?.StopSequences ?? []);
        var pieces = text.Chunk(PieceLength).Select(piece => new string(piece)).ToList();
        var allowed = Math.Min(pieces.Count, options?.MaxOutputTokens ?? int.MaxValue);
        foreach (var piece in pieces.Take(allowed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
            await Task.Yield();
        }

        if (LastReplyHangs && _requests.Count == replies.Count)
        {
            var cancelled = new TaskCompletionSource();
            await cancelled.Task.WaitAsync(cancellationToken);
        }

        yield return new ChatResponseUpdate
        {
            Contents = [new UsageContent(new UsageDetails { InputTokenCount = InputTokens(_requests[^1]), OutputTokenCount = allowed })],
            FinishReason = allowed < pieces.Count ? ChatFinishReason.Length : ChatFinishReason.Stop,
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private string CutAtStop(string reply, IEnumerable<string> stops)
    {
        var cuts = stops
            .Select(stop => (Start: reply.IndexOf(stop, StringComparison.Ordinal), stop.Length))
            .Where(cut => cut.Start >= 0)
            .OrderBy(cut => cut.Start)
            .ToList();
        return cuts.Count == 0 ? reply : reply[..(cuts[0].Start + (KeepsStopSequence ? cuts[0].Length : 0))];
    }
}
