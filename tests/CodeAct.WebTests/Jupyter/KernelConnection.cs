using System.Net.WebSockets;
using System.Text.Json.Nodes;
using CodeAct.Web.Jupyter;

namespace CodeAct.WebTests.Jupyter;

/// <summary>A client of a kernel.</summary>
internal sealed class KernelConnection : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="server">The server.</param>
    /// <param name="kernel">The ID.</param>
    /// <param name="protocol">The subprotocol; null for the default one.</param>
    public static async Task<KernelConnection> OpenAsync(Uri server, string kernel, string? protocol = null)
    {
        var connection = new KernelConnection();
        if (protocol is not null)
        {
            connection._socket.Options.AddSubProtocol(protocol);
        }

        await connection._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = $"/jupyter/api/kernels/{kernel}/channels" }.Uri, Cancel);
        Assert.Equal(protocol, connection._socket.SubProtocol);
        return connection;
    }

    /// <summary>Sends a request and gives its ID.</summary>
    public async Task<string> SendAsync(string type, JsonObject content, string channel = "shell")
    {
        var message = KernelMessage.Make(channel, type, "test", [], content, TimeProvider.System.GetUtcNow());
        var isBinary = _socket.SubProtocol is not null;
        await _socket.SendAsync(
            isBinary ? message.ToBinary() : message.ToText(),
            isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, endOfMessage: true, Cancel);
        return message.Header["msg_id"]!.GetValue<string>();
    }

    /// <summary>Runs a cell.</summary>
    public Task<string> ExecuteAsync(string code, bool silent = false) =>
        SendAsync("execute_request", new JsonObject { ["code"] = code, ["silent"] = silent, ["allow_stdin"] = false });

    /// <summary>The next message; null when the server has hung up.</summary>
    public async Task<KernelMessage?> ReadAsync()
    {
        var length = 0;
        while (true)
        {
            var piece = await _socket.ReceiveAsync(_buffer.AsMemory(length), Cancel);
            length += piece.Count;
            if (piece.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (piece.EndOfMessage)
            {
                var bytes = _buffer.AsSpan(0, length);
                return piece.MessageType == WebSocketMessageType.Text ? KernelMessage.ReadText(bytes) : KernelMessage.ReadBinary(bytes);
            }
        }
    }

    /// <summary>All that a request leads to, up to the status idle.</summary>
    public async Task<IReadOnlyList<KernelMessage>> UntilIdleAsync(string request)
    {
        var told = new List<KernelMessage>();
        while (told is [] || told[^1] is not { Type: "status" } || KernelMessage.Text(told[^1].Content, "execution_state") != "idle")
        {
            var next = await ReadAsync();
            Assert.NotNull(next);
            if (KernelMessage.Text(next.Parent, "msg_id") == request)
            {
                told.Add(next);
            }
        }

        return told;
    }

    /// <summary>The content of the reply to a request.</summary>
    public async Task<JsonObject> AskAsync(string type, JsonObject content, string channel = "shell") =>
        (await UntilIdleAsync(await SendAsync(type, content, channel)))
        .Single(message => message.Type == type.Replace("_request", "_reply", StringComparison.Ordinal)).Content;

    public void Dispose() => _socket.Dispose();
}
