using System.ClientModel;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>Says every failure as a <see cref="ModelException"/>, and a reply without its end is one.</summary>
internal sealed class OpenAIErrorClient(IChatClient inner, OpenAIModelOptions options, HttpClient http)
    : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? chatOptions = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.GetResponseAsync(messages, chatOptions, cancellationToken);
        }
        catch (Exception exception) when (IsOfTheWorld(exception, cancellationToken))
        {
            throw Translate(exception, started: false);
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
            if (OpenAIErrors.RefusedWithin(options, updates.Current.RawRepresentation) is { } refused)
            {
                throw refused;
            }

            finished |= updates.Current.FinishReason is not null;
            yield return updates.Current;
        }

        if (!finished)
        {
            throw started ? OpenAIErrors.Interrupted(options, null) : OpenAIErrors.BadReply(options, null);
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
        catch (Exception exception) when (IsOfTheWorld(exception, cancellationToken))
        {
            throw Translate(exception, started);
        }
    }

    private static bool IsOfTheWorld(Exception exception, CancellationToken cancellationToken) =>
        exception switch
        {
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            AggregateException or ClientResultException or HttpRequestException or IOException => true,
            JsonException or FormatException or InvalidOperationException or KeyNotFoundException => true,
            _ => false,
        };

    private ModelException Translate(Exception exception, bool started) =>
        exception switch
        {
            AggregateException retried => Translate(retried.InnerExceptions[^1], started),
            ClientResultException { Status: > 0 } refused when refused.GetRawResponse() is { } response =>
                OpenAIErrors.Refused(options, refused.Status, OpenAIErrors.Read(response), refused),
            ClientResultException or HttpRequestException or IOException or OperationCanceledException =>
                started ? OpenAIErrors.Interrupted(options, exception) : OpenAIErrors.Unreachable(options, exception),
            _ => OpenAIErrors.BadReply(options, exception),
        };
}
