using System.Net;
using System.Net.Sockets;
using System.Text;
using CodeAct.Python.Network;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.SystemTests.Python.Network;

/// <summary>The proxy by itself, spoken to byte for byte.</summary>
public sealed class NetworkProxyTests : IAsyncLifetime
{
    private readonly LocalServer _server = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<string, IPAddress[]> _names = [];
    private readonly List<string> _resolved = [];
    private NetworkProxy _proxy = null!;
    private IPEndPoint _address = null!;

    public ValueTask InitializeAsync()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _address = (IPEndPoint)listener.LocalEndPoint!;
        var policy = NetworkPolicy.Allow(_server.Authority, $"name.test:{_server.Port}", "bare.test:80") with { Connections = 2 };
        _proxy = new NetworkProxy(listener, policy, ResolveAsync, _time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.Dispose();
        await _proxy.Ended;
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_request_goes_out_as_its_server_expects_it_and_without_what_concerns_the_proxy()
    {
        var answer = await AskAsync($"GET http://{_server.Authority}/a?b HTTP/1.1", $"Host: {_server.Authority}", "Accept: x",
            "Proxy-Connection: keep-alive", "Proxy-Authorization: secret", "Connection: keep-alive, X-Hop", "X-Hop: 1");

        Assert.Equal($"/a?b of {_server.Port}", Body(answer));
        Assert.Equal($"GET /a?b HTTP/1.1\r\nHost: {_server.Authority}\r\nAccept: x\r\nConnection: close\r\n\r\n", Assert.Single(_server.Requests));
    }

    [Theory]
    [InlineData("Content-Length: 3", "abc", "GET /next HTTP/1.1\r\nHost: evil.test\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "GET /next HTTP/1.1\r\n\r\n")]
    public async Task A_body_goes_with_its_request_and_what_follows_it_does_not(string length, string body, string next)
    {
        var answer = await AskRawAsync($"POST http://{_server.Authority}/ HTTP/1.1\r\nHost: {_server.Authority}\r\n{length}\r\n\r\n{body}{next}");

        Assert.Equal($"/ of {_server.Port}", Body(answer));
        Assert.EndsWith($"\r\n\r\n{body}", Assert.Single(_server.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", "Host: SERVER")] // to a server, not to a proxy
    [InlineData("GET https://SERVER/ HTTP/1.1", "Host: SERVER")]
    [InlineData("GET http://SERVER/ HTTP/1.1")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: evil.test")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", "Host: evil.test")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host : SERVER")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", " folded: 1")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", "X: 1\nHost: evil.test")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", "X: 1\rY: 2")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", "Content-Length: 1", "Content-Length: 2")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", "Content-Length: 1", "Transfer-Encoding: chunked")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", "Content-Length: +1")]
    [InlineData("GET http://SERVER/ HTTP/1.1", "Host: SERVER", "Transfer-Encoding: gzip, chunked")]
    [InlineData("GET http://user@SERVER/ HTTP/1.1", "Host: SERVER")]
    [InlineData("GET http://evil.test@SERVER/ HTTP/1.1", "Host: SERVER")]
    [InlineData("GET http://SERVER/ HTTP/1.1 x", "Host: SERVER")]
    [InlineData("GET  http://SERVER/ HTTP/1.1", "Host: SERVER")]
    [InlineData("GET http://SERVER/ HTTP/2.0", "Host: SERVER")]
    [InlineData("GET http://127.1:80/ HTTP/1.1", "Host: 127.1:80")]
    [InlineData("CONNECT SERVER HTTP/1.1", "Host: evil.test:443")]
    [InlineData("CONNECT name.test HTTP/1.1", "Host: name.test")]
    [InlineData("CONNECT http://SERVER/ HTTP/1.1", "Host: SERVER")]
    public async Task What_can_be_read_in_two_ways_is_refused(params string[] lines)
    {
        var answer = await AskAsync([.. lines.Select(line => line.Replace("SERVER", _server.Authority, StringComparison.Ordinal))]);

        Assert.StartsWith("HTTP/1.1 400 The session's proxy does not take this request: ", answer, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("GET http://other.test/ HTTP/1.1", "Host: other.test", "other.test:80")]
    [InlineData("CONNECT other.test:443 HTTP/1.1", "Host: other.test:443", "other.test:443")]
    [InlineData("CONNECT bare.test:443 HTTP/1.1", "Host: bare.test:443", "bare.test:443")]
    [InlineData("CONNECT [::1]:443 HTTP/1.1", "Host: [::1]:443", "[::1]:443")]
    public async Task A_host_that_is_not_allowed_is_refused_with_the_entry_that_would_allow_it(string first, string host, string entry)
    {
        var answer = await AskAsync(first, host);

        Assert.StartsWith($"HTTP/1.1 403 {entry} is not on this session's network allow-list; to allow it add the entry '{entry}'", answer, StringComparison.Ordinal);
        Assert.Empty(_resolved); // a name that is not allowed is not even told to the resolver, who might be listening
    }

    [Theory]
    [InlineData("127.0.0.1", "a loopback address")]
    [InlineData("169.254.169.254", "a link-local or metadata address")]
    [InlineData("::ffff:10.0.0.1", "a private address")]
    public async Task A_name_does_not_lead_to_an_address_that_is_not_public(string address, string kind)
    {
        _names["name.test"] = [IPAddress.Parse(address)];

        var answer = await AskAsync($"CONNECT name.test:{_server.Port} HTTP/1.1");

        Assert.StartsWith("HTTP/1.1 403 name.test is ", answer, StringComparison.Ordinal);
        Assert.Contains(kind, answer, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
        Assert.Equal(["name.test"], _resolved);
    }

    [Fact]
    public async Task A_name_is_resolved_once_so_that_what_was_checked_is_what_is_connected_to()
    {
        _names["name.test"] = [IPAddress.Parse("192.0.2.1"), IPAddress.Loopback]; // neither is public, and the second would answer

        Assert.StartsWith("HTTP/1.1 403 ", await AskAsync($"CONNECT name.test:{_server.Port} HTTP/1.1"), StringComparison.Ordinal);

        _names["name.test"] = [];
        Assert.StartsWith("HTTP/1.1 502 ", await AskAsync($"CONNECT name.test:{_server.Port} HTTP/1.1"), StringComparison.Ordinal);
        Assert.Equal(["name.test", "name.test"], _resolved);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_told()
    {
        Assert.StartsWith("HTTP/1.1 502 bare.test cannot be resolved on the host: ", await AskAsync("GET http://bare.test HTTP/1.0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_end_is_refused()
    {
        var answer = await AskRawAsync("GET http://bare.test/ HTTP/1.1\r\nX: " + new string('x', 40_000));

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_connection_too_many_is_told_so_and_a_silent_one_is_closed()
    {
        using var first = await ConnectAsync();
        using var second = await ConnectAsync();
        Assert.StartsWith("HTTP/1.1 503 This session has 2 connections open already", await AskRawAsync(""), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("", await ReadAsync(first));
        Assert.Equal("", await ReadAsync(second));
        Assert.Equal("/ of " + _server.Port, Body(await AskAsync($"GET http://{_server.Authority}/ HTTP/1.0")));
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        _resolved.Add(host);
        await Task.Yield();
        return _names.TryGetValue(host, out var addresses) ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }

    private Task<string> AskAsync(params string[] lines) => AskRawAsync(string.Join("\r\n", lines) + "\r\n\r\n");

    private async Task<string> AskRawAsync(string request)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        return await ReadAsync(client);
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_address, TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task<string> ReadAsync(Socket client)
    {
        using var stream = new NetworkStream(client);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static string Body(string answer) => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
