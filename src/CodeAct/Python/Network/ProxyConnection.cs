using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CodeAct.Python.Network;

/// <summary>One client of the proxy: one request, or one tunnel.</summary>
internal sealed class ProxyConnection : IDisposable
{
    private const int LongestHead = 32 << 10;
    private const int Forbidden = 403;
    private const int BadGateway = 502;
    private const int EntriesToShow = 8;
    private const int MostToDrain = 1 << 20;

    private static readonly TimeSpan _farewell = TimeSpan.FromSeconds(1);

    private readonly Socket _client;
    private readonly NetworkPolicy _policy;
    private readonly Resolve _resolve;
    private readonly CancellationTokenSource _silence; // set back whenever something moves
    private readonly CancellationTokenSource _stop;
    private readonly byte[] _buffer = new byte[LongestHead];
    private int _from;
    private int _to;

    public ProxyConnection(Socket client, NetworkPolicy policy, Resolve resolve, TimeProvider time, CancellationToken cancellationToken)
    {
        (_client, _policy, _resolve) = (client, policy, resolve);
        _silence = new CancellationTokenSource(policy.IdleTimeout, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellationToken);
    }

    public async Task ServeAsync()
    {
        try
        {
            try
            {
                await CarryOutAsync(ProxyRequest.Parse((await HeadAsync()).Span));
            }
            catch (ProxyRefusalException refusal)
            {
                await RefuseAsync(refusal);
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has hung up, or was silent for too long, or the session is over.
        }
    }

    /// <summary>Answers with the reason, in the first line too: that is the one which Python's clients show.</summary>
    public async Task RefuseAsync(ProxyRefusalException refusal)
    {
        var reason = string.Concat(refusal.Message.Select(letter => letter is >= ' ' and <= '~' ? letter : '?'));
        var answer = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {refusal.Status} {reason}\r\nContent-Type: text/plain\r\nContent-Length: {reason.Length + 1}\r\n")
            + $"Connection: close\r\n\r\n{reason}\n";
        try
        {
            await SendAsync(_client, Encoding.ASCII.GetBytes(answer));
            _client.Shutdown(SocketShutdown.Send);
            _silence.CancelAfter(_farewell);
            for (var drained = 0; drained < MostToDrain;) // closed on unread data, the answer would be lost
            {
                var count = await _client.ReceiveAsync(_buffer, _stop.Token);
                drained = count == 0 ? MostToDrain : drained + count;
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _stop.Dispose();
        _silence.Dispose();
    }

    private async Task CarryOutAsync(ProxyRequest request)
    {
        using var server = await ConnectAsync(request.Host, request.Port);
        if (request.Forwarded is null)
        {
            await SendAsync(_client, "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
            await SendAsync(server, _buffer.AsMemory(_from.._to));
            await Task.WhenAll(CopyAsync(_client, server), CopyAsync(server, _client));
            return;
        }

        await SendAsync(server, Encoding.Latin1.GetBytes(request.Forwarded));
        var sending = SendBodyAsync(request, server);
        await CopyAsync(server, _client); // the server may answer before it has read all, and closes at the end
        await _stop.CancelAsync();
        await sending;
    }

    /// <summary>Reads to the empty line; what follows it stays in the buffer.</summary>
    private async Task<ReadOnlyMemory<byte>> HeadAsync()
    {
        for (var searched = 0; ;)
        {
            var at = _buffer.AsSpan(searched, _to - searched).IndexOf("\r\n\r\n"u8);
            if (at >= 0)
            {
                _from = searched + at + 4;
                return _buffer.AsMemory(0, _from);
            }

            searched = Math.Max(0, _to - 3);
            await FillAsync("The head of the request is");
        }
    }

    private async Task FillAsync(string what)
    {
        if (_to == _buffer.Length)
        {
            throw new ProxyRefusalException(431, $"{what} longer than {LongestHead >> 10} KiB");
        }

        var count = await _client.ReceiveAsync(_buffer.AsMemory(_to), _stop.Token);
        _to += count > 0 ? count : throw new SocketException((int)SocketError.ConnectionReset);
        Moved();
    }

    /// <summary>Connects to an address that was checked; the name is not asked for again.</summary>
    private async Task<Socket> ConnectAsync(string host, int port)
    {
        if (!_policy.Allows(host, port))
        {
            throw new ProxyRefusalException(Forbidden, NotAllowed(AllowedHost.Write(host, port)));
        }

        var failure = "it has no address";
        foreach (var address in await AddressesAsync(host, port))
        {
            var server = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await server.ConnectAsync(new IPEndPoint(address, port), _stop.Token);
                Moved();
                return server;
            }
            catch (SocketException unreachable)
            {
                server.Dispose();
                failure = $"{address}: {unreachable.Message}";
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }

        throw new ProxyRefusalException(BadGateway, $"{AllowedHost.Write(host, port)} cannot be reached from the host: {failure}");
    }

    /// <summary>The addresses of a host that may be connected to.</summary>
    private async Task<IEnumerable<IPAddress>> AddressesAsync(string host, int port)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal]; // an entry names it, whatever kind of address it is
        }

        IPAddress[] found;
        try
        {
            found = await _resolve(host, _stop.Token);
        }
        catch (SocketException unknown)
        {
            throw new ProxyRefusalException(BadGateway, $"{host} cannot be resolved on the host: {unknown.Message}");
        }

        var open = found.Where(address => PublicAddress.WhyNot(address) is null).ToList();
        return open.Count > 0 || found is not [var first, ..]
            ? open
            : throw new ProxyRefusalException(
                Forbidden,
                $"{host} is {first}, {PublicAddress.WhyNot(first)} address, which names do not lead to; "
                + $"to allow it add the entry '{AllowedHost.Write(first.ToString(), port)}' to the network allow-list "
                + "and use that address");
    }

    private string NotAllowed(string target)
    {
        var entries = string.Join(", ", _policy.Allowed.Take(EntriesToShow));
        var more = _policy.Allowed.Count > EntriesToShow ? ", ..." : "";
        return $"{target} is not on this session's network allow-list; to allow it add the entry '{target}' (allowed now: {entries}{more})";
    }

    /// <summary>Sends the body and not a byte more: what comes after it is another request.</summary>
    private async Task SendBodyAsync(ProxyRequest request, Socket server)
    {
        try
        {
            switch (request.Body)
            {
                case BodyKind.Counted:
                    await PassAsync(server, request.BodyLength);
                    break;
                case BodyKind.Chunked:
                    while (await ChunkAsync(server) > 0)
                    {
                    }

                    while (await LineAsync(server) != "")
                    {
                    }

                    break;
            }
        }
        catch (Exception end) when (
            end is SocketException or OperationCanceledException or ObjectDisposedException or ProxyRefusalException)
        {
            server.Dispose(); // half a body is none; the answer ends here too, if it has not been given
        }
    }

    private async Task<long> ChunkAsync(Socket server)
    {
        var line = await LineAsync(server);
        var digits = line.Split(';')[0].TrimEnd(' ', '\t');
        if (!long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0)
        {
            throw new ProxyRefusalException(400, "A chunk of the body has no length");
        }

        await PassAsync(server, size);
        return size == 0 || await LineAsync(server) == "" ? size : throw new ProxyRefusalException(400, "A chunk is longer than it says");
    }

    /// <summary>Passes on a line and gives it.</summary>
    private async Task<string> LineAsync(Socket server)
    {
        int end;
        while ((end = _buffer.AsSpan(_from.._to).IndexOf("\r\n"u8)) < 0)
        {
            if (_from > 0)
            {
                _buffer.AsSpan(_from.._to).CopyTo(_buffer);
                (_from, _to) = (0, _to - _from);
            }

            await FillAsync("A line of the body is");
        }

        var line = Encoding.Latin1.GetString(_buffer, _from, end);
        await PassAsync(server, end + 2);
        return line;
    }

    private async Task PassAsync(Socket server, long count)
    {
        while (count > 0)
        {
            if (_from == _to)
            {
                (_from, _to) = (0, 0);
                await FillAsync("The body is");
            }

            var piece = (int)Math.Min(count, _to - _from);
            await SendAsync(server, _buffer.AsMemory(_from, piece));
            _from += piece;
            count -= piece;
        }
    }

    /// <summary>Copies until one side ends, and tells the other.</summary>
    private async Task CopyAsync(Socket source, Socket target)
    {
        try
        {
            var buffer = new byte[LongestHead];
            while (await source.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                await SendAsync(target, buffer.AsMemory(0, count));
            }

            target.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            await _stop.CancelAsync(); // the other direction ends with it
        }
    }

    private async Task SendAsync(Socket target, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await target.SendAsync(bytes, _stop.Token)..];
            Moved();
        }
    }

    private void Moved() => _silence.CancelAfter(_policy.IdleTimeout);
}
