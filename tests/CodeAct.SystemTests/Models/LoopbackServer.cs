using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace CodeAct.SystemTests.Models;

/// <summary>What a client sent.</summary>
internal sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers, string Text)
{
    /// <summary>The body as it came.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();
}

/// <summary>What the server answers, and how the connection ends.</summary>
internal sealed record Reply(int Status, string ContentType, string Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public Ending Ending { get; init; }

    public static Reply Json(int status, string body) => new(status, "application/json", body);

    public static Reply Events(params string[] data) =>
        new(200, "text/event-stream", string.Concat(data.Select(line => $"data: {line}\n\n")));
}

internal enum Ending
{
    /// <summary>As HTTP wants it.</summary>
    Complete,

    /// <summary>The connection is closed within the body, where HTTP notices it.</summary>
    BreaksOff,

    /// <summary>The connection is closed within the body, which has no length, so that HTTP does not notice.</summary>
    ClosesQuietly,

    /// <summary>The body is sent and then nothing more, until the server is disposed.</summary>
    FallsSilent,

    /// <summary>The connection is closed before a reply.</summary>
    HangsUp,

    /// <summary>Nothing is sent at all, until the server is disposed.</summary>
    NeverAnswers,
}

/// <summary>A small HTTP server on a real socket of this machine.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly Func<Request, Task<Reply>> _answer;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public LoopbackServer(Func<Request, Task<Reply>> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}/v1");

    /// <summary>What was asked, but for the list of models.</summary>
    public ConcurrentQueue<Request> Requests { get; } = [];

    /// <summary>The answer to who asks which models there are.</summary>
    public Reply Models { get; init; } = Reply.Json(404, """{"error":{"message":"File Not Found"}}""");

    /// <summary>Gives these replies in order, the last one again and again.</summary>
    public static LoopbackServer Playing(params Reply[] replies)
    {
        var next = -1;
        return new LoopbackServer(_ => Task.FromResult(replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)]));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await Task.WhenAll([_accepting, .. _connections]);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var _ = connection;
        await using var stream = connection.GetStream();
        try
        {
            while (await ReadAsync(stream) is { } request)
            {
                if (!await WriteAsync(stream, await AnswerAsync(request)))
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // the client left, or the test is over
        }
    }

    private Task<Reply> AnswerAsync(Request request)
    {
        if (request.Path.Split('?')[0].EndsWith("/models", StringComparison.Ordinal))
        {
            return Task.FromResult(Models);
        }

        Requests.Enqueue(request);
        return _answer(request);
    }

    private async Task<Request?> ReadAsync(NetworkStream stream)
    {
        if (await ReadToAsync(stream, "\r\n\r\n") is not { } head)
        {
            return null;
        }

        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = headers.GetValueOrDefault("Transfer-Encoding") == "chunked"
            ? await ReadChunksAsync(stream)
            : await ReadBytesAsync(stream, int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture));
        return new Request(lines[0].Split(' ')[1], headers, Encoding.UTF8.GetString(body)) { Body = body };
    }

    /// <summary>The text up to and with its end; null when nothing more comes.</summary>
    private async Task<string?> ReadToAsync(NetworkStream stream, string end)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    private async Task<byte[]> ReadBytesAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, _stop.Token);
        return bytes;
    }

    private async Task<byte[]> ReadChunksAsync(NetworkStream stream)
    {
        var all = new List<byte>();
        int size;
        do
        {
            size = int.Parse((await ReadToAsync(stream, "\r\n"))!.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            all.AddRange(await ReadBytesAsync(stream, size));
            await ReadBytesAsync(stream, 2);
        }
        while (size > 0);
        return [.. all];
    }

    /// <summary>True when the connection can carry the next request.</summary>
    private async Task<bool> WriteAsync(NetworkStream stream, Reply reply)
    {
        if (reply.Ending is Ending.HangsUp or Ending.NeverAnswers)
        {
            return reply.Ending == Ending.NeverAnswers && await HoldAsync();
        }

        var chunked = reply.Ending != Ending.ClosesQuietly;
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} X\r\nContent-Type: {reply.ContentType}\r\n")
            .Append(chunked ? "Transfer-Encoding: chunked\r\n" : "Connection: close\r\n");
        foreach (var (name, value) in reply.Headers)
        {
            head.Append($"{name}: {value}\r\n");
        }

        await SendAsync(stream, head.Append("\r\n").ToString());
        foreach (var piece in reply.Body.Split("\n\n").Where(piece => piece.Length > 0))
        {
            var text = piece + "\n\n";
            await SendAsync(stream, chunked ? $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n" : text);
        }

        switch (reply.Ending)
        {
            case Ending.Complete:
                await SendAsync(stream, "0\r\n\r\n");
                return true;
            case Ending.FallsSilent:
                return await HoldAsync();
            default:
                return false;
        }
    }

    private async Task<bool> HoldAsync()
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
        return false;
    }

    private async Task SendAsync(NetworkStream stream, string text) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), _stop.Token);
}
