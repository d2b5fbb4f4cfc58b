namespace CodeAct.Python.Network;

/// <summary>What a session may reach over the network: nothing, or the hosts of an allow-list by way of a proxy on the host.</summary>
/// <remarks>
/// HTTP and HTTPS clients find the proxy in the environment. Hosts are matched by name, then resolved by the host, and reached
/// only at public addresses; an address that is not public is reached only where an entry names that address itself.
/// </remarks>
public sealed record NetworkPolicy
{
    /// <summary>Nothing can be reached.</summary>
    public static NetworkPolicy None { get; } = new();

    /// <summary>The hosts that can be reached; none unless told.</summary>
    public IReadOnlyList<AllowedHost> Allowed { get; init; } = [];

    /// <summary>Connections at a time through the proxy of one session, 1 to 1000; 64 unless told.</summary>
    public int Connections
    {
        get;
        init => field = value is >= 1 and <= 1000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A session's proxy takes 1 to 1000 connections at a time.");
    } = 64;

    /// <summary>How long a connection may be silent before it is closed; 60 s unless told.</summary>
    public TimeSpan IdleTimeout
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A connection needs an idle time above zero.");
    } = TimeSpan.FromSeconds(60);

    /// <summary>Allows the hosts of entries such as <c>example.org:443</c>, <c>*.example.org:443</c> or <c>10.1.2.3:8080</c>.</summary>
    /// <exception cref="FormatException">An entry is none; the message shows which.</exception>
    public static NetworkPolicy Allow(params IEnumerable<string> entries) => new() { Allowed = [.. entries.Select(AllowedHost.Parse)] };

    /// <summary>Whether a request for a host in its canonical form may go out.</summary>
    internal bool Allows(string host, int port) => Allowed.Any(entry => entry.Covers(host, port));
}
