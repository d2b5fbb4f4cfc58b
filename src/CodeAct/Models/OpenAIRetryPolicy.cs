using System.ClientModel.Primitives;
using System.Net.Sockets;

namespace CodeAct.Models;

/// <summary>The SDK's back-off (doubling pauses, or what <c>Retry-After</c> says), but not where waiting cannot help.</summary>
internal sealed class OpenAIRetryPolicy(int maxRetries, TimeProvider timeProvider) : ClientRetryPolicy(maxRetries)
{
    protected override async ValueTask<bool> ShouldRetryAsync(PipelineMessage message, Exception? exception)
    {
        if (!await base.ShouldRetryAsync(message, exception)
            || exception is OperationCanceledException
            || exception?.GetBaseException() is SocketException
            {
                SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound,
            })
        {
            return false;
        }

        if (exception is null && message.Response is { Status: 429 } response)
        {
            await response.BufferContentAsync(message.CancellationToken);
            return ServerErrors.Read(response).Code != ServerErrors.QuotaCode;
        }

        return true;
    }

    protected override Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) =>
        Task.Delay(time, timeProvider, cancellationToken);
}
