using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace CodeAct.Perf;

/// <summary>A kernel behind the server's WebSocket, driven as the reference's <c>jupyter.py</c> drives it.</summary>
/// <remarks>
/// Without <c>waitForIdle</c> a cell ends with its reply or an error, whichever comes first, as in the reference; with it, when
/// both the reply and the idle status have come.
/// </remarks>
internal sealed class JupyterKernel(HttpClient http, string id, ClientWebSocket socket, bool waitForIdle) : IAsyncDisposable
{
    private byte[] _buffer = new byte[1 << 16];

    public string Id => id;

    /// <summary>Runs a cell and gives its text: streams, results and tracebacks, joined.</summary>
    /// <param name="code">The cell.</param>
    /// <param name="onText">Called with each piece of text.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<string> RunAsync(string code, Func<string, Task>? onText, CancellationToken cancellationToken)
    {
        var request = Guid.NewGuid().ToString("N");
        await SendAsync(request, code, cancellationToken);
        var text = new StringBuilder();
        var (replied, idle) = (false, false);
        while (!(replied && (idle || !waitForIdle)))
        {
            var message = await ReceiveAsync(cancellationToken);
            if (message["parent_header"]?["msg_id"]?.GetValue<string>() != request)
            {
                continue;
            }

            var content = message["content"]!;
            switch (message["msg_type"]!.GetValue<string>())
            {
                case "stream":
                    text.Append(content["text"]!.GetValue<string>());
                    await (onText?.Invoke(text.ToString()) ?? Task.CompletedTask);
                    break;
                case "execute_result" or "display_data":
                    text.Append(content["data"]?["text/plain"]?.GetValue<string>());
                    break;
                case "error":
                    text.Append(content["ename"]!.GetValue<string>());
                    replied |= !waitForIdle; // the reference stops here
                    break;
                case "execute_reply":
                    replied = true;
                    break;
                case "status":
                    idle |= content["execution_state"]!.GetValue<string>() == "idle";
                    break;
            }
        }

        return text.ToString();
    }

    public async Task InterruptAsync(CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsync($"api/kernels/{id}/interrupt", null, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        using var answer = await http.DeleteAsync($"api/kernels/{id}", CancellationToken.None);
    }

    private Task SendAsync(string request, string code, CancellationToken cancellationToken)
    {
        var message = new JsonObject
        {
            ["header"] = new JsonObject
            {
                ["username"] = "",
                ["version"] = "5.0",
                ["session"] = "",
                ["msg_id"] = request,
                ["msg_type"] = "execute_request",
            },
            ["parent_header"] = new JsonObject(),
            ["channel"] = "shell",
            ["content"] = new JsonObject
            {
                ["code"] = code,
                ["silent"] = false,
                ["store_history"] = false,
                ["user_expressions"] = new JsonObject(),
                ["allow_stdin"] = false,
            },
            ["metadata"] = new JsonObject(),
            ["buffers"] = new JsonArray(),
        };
        return socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, cancellationToken);
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        var filled = 0;
        while (true)
        {
            if (filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, filled * 2);
            }

            var received = await socket.ReceiveAsync(_buffer.AsMemory(filled), cancellationToken);
            filled += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidOperationException("Jupyter closed the connection.");
            }

            if (received.EndOfMessage)
            {
                return JsonNode.Parse(_buffer.AsSpan(0, filled))!;
            }
        }
    }
}
