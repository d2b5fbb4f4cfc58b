using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.Telemetry;

/// <summary>A failure of a model as telemetry may see it: of which kind it was.</summary>
/// <remarks>
/// Microsoft.Extensions.AI tells an exception's message, whether or not contents are to be told, and servers quote the request in it,
/// and even the key. So below it an exception is put into one of these, and above it taken out again.
/// </remarks>
internal sealed class ModelFailure : Exception
{
    private readonly Exception _failure; // not the inner exception, which would be told too

    private ModelFailure(Exception failure)
        : base((failure as ModelException)?.Kind.ToString() ?? failure.GetType().Name) => _failure = failure;

    public static IChatClient Conceal(IChatClient model) =>
        new Client(model, failure => failure is OperationCanceledException ? null : new ModelFailure(failure));

    public static IChatClient Reveal(IChatClient model) => new Client(model, failure => (failure as ModelFailure)?._failure);

    private sealed class Client(IChatClient inner, Func<Exception, Exception?> other) : DelegatingChatClient(inner)
    {
        public override async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            try
            {
                return await base.GetResponseAsync(messages, options, cancellationToken);
            }
            catch (Exception failure) when (other(failure) is { } instead)
            {
                ExceptionDispatchInfo.Throw(instead);
                throw;
            }
        }

        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(updates))
            {
                yield return updates.Current;
            }
        }

        private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
        {
            try
            {
                return await updates.MoveNextAsync();
            }
            catch (Exception failure) when (other(failure) is { } instead)
            {
                ExceptionDispatchInfo.Throw(instead);
                throw;
            }
        }
    }
}
