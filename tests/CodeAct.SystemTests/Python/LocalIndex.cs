using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CodeAct.SystemTests.Python;

/// <summary>A package index on the loopback interface: pages of links to the files of a folder.</summary>
internal sealed class LocalIndex : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _folder;
    private readonly Task _serving;

    public LocalIndex(string folder)
    {
        _folder = folder;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/simple/");

    /// <summary>The paths that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(CancellationToken.None);
                await AnswerAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The client had enough.
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        var path = (await reader.ReadLineAsync(CancellationToken.None))!.Split(' ')[1];
        while (await reader.ReadLineAsync(CancellationToken.None) is { Length: > 0 })
        {
        }

        Asked.Enqueue(path);
        var name = path.Trim('/').Split('/')[^1];
        var file = Path.Combine(_folder, name);
        var isFile = File.Exists(file);
        var links = Directory.GetFiles(_folder).Select(Path.GetFileName).Where(wheel => wheel!.StartsWith(name + "-", StringComparison.Ordinal));
        var body = isFile
            ? await File.ReadAllBytesAsync(file, CancellationToken.None)
            : Encoding.UTF8.GetBytes($"<!DOCTYPE html>{string.Concat(links.Select(wheel => $"<a href=\"/{wheel}\">{wheel}</a>"))}");
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 200 OK\r\nContent-Type: {(isFile ? "application/zip" : "text/html")}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), CancellationToken.None);
        await stream.WriteAsync(body, CancellationToken.None);
    }
}
