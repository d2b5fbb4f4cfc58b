using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;

namespace CodeAct.Web.Jupyter;

/// <summary>A client of a kernel: what it is told waits here until its connection has taken it.</summary>
/// <param name="socket">The connection; not disposed.</param>
internal sealed class KernelClient(WebSocket socket)
{
    private const int MostWaiting = 10_000; // messages that it may be behind; then it is cut off, and comes again
    private const int LongestMessage = 64 << 20; // bytes
    private const int Piece = 1 << 14; // bytes, at the least, that are taken at once

    private static readonly TimeSpan _farewell = TimeSpan.FromSeconds(2);

    private readonly Channel<byte[]> _news = Channel.CreateBounded<byte[]>(MostWaiting);

    private bool IsBinary => socket.SubProtocol == KernelMessage.BinaryProtocol;

    /// <summary>Tells it something; nobody waits for that.</summary>
    public void Tell(KernelMessage message)
    {
        if (!_news.Writer.TryWrite(IsBinary ? message.ToBinary() : message.ToText()))
        {
            _news.Writer.TryComplete();
        }
    }

    /// <summary>Carries messages to and fro until one side hangs up.</summary>
    /// <param name="take">Gets what the client says.</param>
    /// <param name="ended">The kernel is over: what waits is told, and then the connection ends.</param>
    /// <param name="cancellationToken">The connection is gone.</param>
    public async Task TalkAsync(Action<KernelMessage> take, CancellationToken ended, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var end = ended.Register(() =>
        {
            _news.Writer.TryComplete();
            stop.CancelAfter(_farewell);
        });
        var telling = TellAsync(stop.Token);
        var listening = ListenAsync(take, stop.Token);
        await Task.WhenAny(telling, listening);
        _news.Writer.TryComplete();
        stop.CancelAfter(_farewell); // for one that does not take what it is told
        await Over(telling);
        await Over(CloseAsync(stop.Token));
        await Over(listening); // until the client has closed too: who hangs up at once takes back what was said last
    }

    // How a connection breaks does not matter: the client comes again, or does not.
    private static ConfiguredTaskAwaitable Over(Task task) =>
        task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private Task CloseAsync(CancellationToken cancellationToken) => socket.State is WebSocketState.Open or WebSocketState.CloseReceived
        ? socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken)
        : Task.CompletedTask;

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var type = IsBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
        await foreach (var message in _news.Reader.ReadAllAsync(cancellationToken))
        {
            await socket.SendAsync(message, type, endOfMessage: true, cancellationToken);
        }
    }

    private async Task ListenAsync(Action<KernelMessage> take, CancellationToken cancellationToken)
    {
        while (true)
        {
            var whole = new ArrayBufferWriter<byte>();
            ValueWebSocketReceiveResult piece;
            do
            {
                piece = await socket.ReceiveAsync(whole.GetMemory(Piece), cancellationToken);
                whole.Advance(piece.Count);
            }
            while (!piece.EndOfMessage && whole.WrittenCount <= LongestMessage);

            if (piece.MessageType == WebSocketMessageType.Close || whole.WrittenCount > LongestMessage)
            {
                return;
            }

            KernelMessage read;
            try
            {
                read = piece.MessageType == WebSocketMessageType.Text
                    ? KernelMessage.ReadText(whole.WrittenSpan)
                    : KernelMessage.ReadBinary(whole.WrittenSpan);
            }
            catch (JsonException)
            {
                return; // who speaks something else is not answered
            }

            take(read);
        }
    }
}
