using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>Says every failure as a <see cref="ModelException"/>, and a reply without its end is one.</summary>
internal sealed class ServerErrorClient(IChatClient inner, ModelServerOptions options, HttpClient http)
    : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? chatOptions = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.GetResponseAsync(messages, chatOptions, cancellationToken);
        }
        catch (Exception exception) when (ServerErrors.IsOfTheWorld(exception, cancellationToken))
        {
            throw ServerErrors.Of(options, exception, started: false);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? chatOptions = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (started, finished) = (false, false);
        await using var updates = base.GetStreamingResponseAsync(messages, chatOptions, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(updates, started, cancellationToken))
        {
            started = true;
            if (ServerErrors.RefusedWithin(options, updates.Current.RawRepresentation) is { } refused)
            {
                throw refused;
            }

            finished |= updates.Current.FinishReason is not null;
            yield return updates.Current;
        }

        if (!finished)
        {
            throw started ? ServerErrors.Interrupted(options, null) : ServerErrors.BadReply(options, null);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            http.Dispose();
        }
    }

    private async ValueTask<bool> MoveNextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates, bool started, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception exception) when (ServerErrors.IsOfTheWorld(exception, cancellationToken))
        {
            throw ServerErrors.Of(options, exception, started);
        }
    }
}
