using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodeAct.Perf.Serving;

/// <summary>A model server with OpenAI's chat interface that writes as a large model does: 50 tokens a second to everybody at once.</summary>
/// <remarks>"Open" is answered at once, by a cell and a word. Anything else is answered in words, after its first token has taken its time.</remarks>
internal sealed class SlowModel : IAsyncDisposable
{
    public const int Tokens = 200; // of a slow reply

    private static readonly TimeSpan _untilFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _between = TimeSpan.FromMilliseconds(20);

    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, double> _own = [];
    private readonly Task _serving;

    public SlowModel()
    {
        Url = new Uri($"http://127.0.0.1:{FreePort()}/v1");
        _listener.Prefixes.Add($"http://127.0.0.1:{Url.Port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    /// <summary>The reply to a message that is not "Open".</summary>
    public static string Reply(string message) => string.Concat(Pieces(message));

    /// <summary>Milliseconds from the arrival of the request for a message until its first token was sent.</summary>
    public double Own(string message) => _own[message];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Close();
        await _serving;
        _stop.Dispose();
    }

    private static IEnumerable<string> Pieces(string message) =>
        Enumerable.Range(0, Tokens).Select(number => number == 0 ? $"To {message}:" : $" word{number}");

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(AnswerAsync(await _listener.GetContextAsync()));
                open.RemoveAll(answer => answer.IsCompletedSuccessfully);
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            await Task.WhenAll(open).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        await Task.Yield();
        var arrived = Stopwatch.GetTimestamp();
        using var response = context.Response;
        if (context.Request.HttpMethod == "GET")
        {
            await response.OutputStream.WriteAsync("{\"object\":\"list\",\"data\":[{\"id\":\"slow\",\"object\":\"model\"}]}"u8.ToArray(), _stop.Token);
            return;
        }

        var request = await JsonNode.ParseAsync(context.Request.InputStream, cancellationToken: _stop.Token);
        var messages = request!["messages"]!.AsArray().Select(message => Text(message!["content"])).ToList();
        response.ContentType = "text/event-stream";
        response.SendChunked = true;
        if (messages.Exists(message => message == "Open") && messages.Count < 5)
        {
            var isFirst = messages[^1] == "Open";
            await SendAsync(response, isFirst ? "I count.\n<execute>\nx = list(range(1000))\n</execute>" : "Counted.");
        }
        else
        {
            await WriteSlowlyAsync(response, messages[^1], arrived);
        }

        await SendLineAsync(response, """{"id":"1","object":"chat.completion.chunk","model":"slow","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
        await SendLineAsync(response, "[DONE]");
    }

    private async Task WriteSlowlyAsync(HttpListenerResponse response, string message, long arrived)
    {
        foreach (var (number, piece) in Pieces(message).Index())
        {
            var due = _untilFirst + (number * _between) - Stopwatch.GetElapsedTime(arrived);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, TimeProvider.System, _stop.Token);
            }

            if (number == 0)
            {
                _own[message] = Stopwatch.GetElapsedTime(arrived).TotalMilliseconds;
            }

            await SendAsync(response, piece);
        }
    }

    private Task SendAsync(HttpListenerResponse response, string piece) => SendLineAsync(
        response,
        $$$"""{"id":"1","object":"chat.completion.chunk","model":"slow","choices":[{"index":0,"delta":{"content":{{{JsonSerializer.Serialize(piece)}}}}}]}""");

    private async Task SendLineAsync(HttpListenerResponse response, string line)
    {
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($"data: {line}\n\n"), _stop.Token);
        await response.OutputStream.FlushAsync(_stop.Token);
    }

    private static string Text(JsonNode? content) => content switch
    {
        JsonArray parts => string.Concat(parts.Select(part => part?["text"]?.GetValue<string>())),
        null => "",
        _ => content.GetValue<string>(),
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
