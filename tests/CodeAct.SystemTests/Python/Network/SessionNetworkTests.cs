using CodeAct.Python;
using CodeAct.Python.Network;

namespace CodeAct.SystemTests.Python.Network;

/// <summary>What a session reaches over the network, by the clients that Python code uses.</summary>
public sealed class SessionNetworkTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private const string Get = "import urllib.request, socket, ssl\ndef get(url, **more): return urllib.request.urlopen(url, timeout=10, **more).read().decode()";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_allowed_host_is_reached_by_urllib_and_curl_and_its_redirects_are_checked_again()
    {
        await using var server = new LocalServer();
        await using var other = new LocalServer();
        await using var session = await OpenAsync(server.Authority);

        var seen = await session.RunAsync($"get('http://{server.Authority}/hello?x=1')");
        Assert.Equal($"'/hello?x=1 of {server.Port}'", seen.Result.PlainText);
        seen = await session.RunAsync($"get('http://{server.Authority}/to?http://{server.Authority}/second')");
        Assert.Equal($"'/second of {server.Port}'", seen.Result.PlainText);
        seen = await session.RunAsync($"!curl --silent --show-error http://{server.Authority}/by-curl");
        Assert.Equal($"/by-curl of {server.Port}", seen.Stdout);

        seen = await session.RunAsync($"get('http://{server.Authority}/to?http://{other.Authority}/')");
        Assert.Equal("HTTPError", seen.Error.Name);
        Assert.Contains($"403: {other.Authority} is not on this session's network allow-list; to allow it add the entry '{other.Authority}'", seen.Error.Message, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Https_goes_through_a_tunnel_that_the_proxy_does_not_read()
    {
        await using var server = new LocalServer(tls: true);
        await using var session = await OpenAsync(server.Authority);
        await session.SetVariableAsync("certificate", server.Certificate, Cancel);

        var seen = await session.RunAsync($"get('https://{server.Authority}/hello', context=ssl.create_default_context(cadata=certificate))");
        Assert.Equal($"'/hello of {server.Port}'", seen.Result.PlainText);
        seen = await session.RunAsync("get('https://example.org/')");
        Assert.Contains("Tunnel connection failed: 403 example.org:443 is not on this session's network allow-list", seen.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_to_the_host_itself_is_refused()
    {
        await using var server = new LocalServer();
        await using var session = await OpenAsync($"localhost:{server.Port}");

        var seen = await session.RunAsync($"get('http://localhost:{server.Port}/')");
        Assert.Contains("a loopback address, which names do not lead to", seen.Error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Nothing_but_the_proxy_is_reached()
    {
        await using var server = new LocalServer();
        await using var session = await OpenAsync(server.Authority);

        foreach (var code in (string[])
        [
            $"socket.create_connection(('127.0.0.1', {server.Port}))", // the same address, but another machine's as seen from here
            "socket.create_connection(('1.1.1.1', 443))",
            "socket.create_connection(('1.1.1.1', 3128))",
            "socket.create_connection(('::1', 3128))",
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
            "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
            "socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)",
            "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)", // SCTP
            "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)", // MPTCP
            "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
            "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
            "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
            "socket.create_server(('127.0.0.1', 8000))",
            "get('http://[::1]:3128/', )",
        ])
        {
            var seen = await session.RunAsync(code);
            Assert.True(seen.Status == CellStatus.Raised, $"{code} went through.");
        }

        Assert.Empty(server.Requests);
        Assert.Equal("1", (await session.RunAsync("sum(1 for line in open('/proc/net/dev') if ':' in line)")).Result.PlainText);
    }

    [Fact]
    public async Task A_neighbour_without_an_allow_list_finds_no_proxy_and_two_with_one_have_each_their_own()
    {
        await using var server = new LocalServer();
        await using var other = new LocalServer();
        await using var session = await OpenAsync(server.Authority);
        await using var second = await OpenAsync(other.Authority);
        await using var neighbour = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        await neighbour.RunAsync(Get);

        Assert.Equal($"'/1 of {server.Port}'", (await session.RunAsync($"get('http://{server.Authority}/1')")).Result.PlainText);
        Assert.Equal($"'/2 of {other.Port}'", (await second.RunAsync($"get('http://{other.Authority}/2')")).Result.PlainText);
        Assert.Equal("HTTPError", (await second.RunAsync($"get('http://{server.Authority}/3')")).Error.Name);
        Assert.Equal("PermissionError", (await neighbour.RunAsync("socket.socket(socket.AF_INET)")).Error.Name);
        Assert.Equal("''", (await neighbour.RunAsync("import os; os.environ.get('HTTP_PROXY', '')")).Result.PlainText);
    }

    [Fact]
    public async Task A_fresh_interpreter_has_the_network_of_the_one_before()
    {
        await using var server = new LocalServer();
        await using var session = await OpenAsync(server.Authority);
        await session.RunAsync("import os; os._exit(1)");

        var seen = await session.RunAsync($"{Get}\nget('http://{server.Authority}/again')");
        Assert.True(seen.IsRestarted);
        Assert.Equal($"'/again of {server.Port}'", seen.Result.PlainText);
    }

    [Fact]
    public async Task Without_namespaces_an_allow_list_is_refused_before_anything_starts()
    {
        var options = new PythonEngineOptions { Namespaces = false, Modules = [], PoolSize = 0 };
        await using var engine = await PythonEngine.StartAsync(options, Cancel);
        var policy = new SandboxPolicy { Network = NetworkPolicy.Allow("example.org:443") };

        var error = await Assert.ThrowsAsync<PythonUnavailableException>(
            () => engine.CreateSessionAsync(new SessionOptions { Sandbox = policy }, Cancel));
        Assert.Contains("needs a network namespace", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PythonUnavailableException>(() => PythonEngine.StartAsync(options with { Sandbox = policy }, Cancel));
    }

    private async Task<IPythonSession> OpenAsync(params string[] allowed)
    {
        var policy = new SandboxPolicy { Network = NetworkPolicy.Allow(allowed) };
        var session = await local.Engine.CreateSessionAsync(new SessionOptions { Sandbox = policy }, Cancel);
        await session.RunAsync(Get);
        return session;
    }
}
