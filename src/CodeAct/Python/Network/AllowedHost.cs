using System.Globalization;
using System.Net;

namespace CodeAct.Python.Network;

/// <summary>One entry of an allow-list: a host, or all hosts below a domain, and one port.</summary>
public sealed record AllowedHost
{
    private const string Below = "*.";
    private static readonly IdnMapping _ascii = new() { UseStd3AsciiRules = true };

    private AllowedHost(string host, int port)
    {
        (Host, Port) = (host, port);
        Address = AddressOf(host);
    }

    /// <summary>A name in lower case (<c>*.</c> in front stands for one or more names before it), or an address.</summary>
    public string Host { get; }

    /// <summary>1 to 65535.</summary>
    public int Port { get; }

    /// <summary>The address, where <see cref="Host"/> is one.</summary>
    internal IPAddress? Address { get; }

    /// <summary>Reads <c>HOST:PORT</c>, such as <c>example.org:443</c>, <c>*.example.org:443</c> or <c>[::1]:80</c>.</summary>
    /// <exception cref="FormatException">It is something else; the message shows what.</exception>
    public static AllowedHost Parse(string text)
    {
        if (Split(text) is not var (host, port))
        {
            throw new FormatException($"'{text}' is no entry of a network allow-list; write HOST:PORT, such as 'example.org:443'.");
        }

        var below = host.StartsWith(Below, StringComparison.Ordinal);
        var name = Canonical(below ? host[Below.Length..] : host) ?? throw new FormatException(
            $"'{host}' in the network allow-list entry '{text}' is neither a host name nor an address in its usual form.");
        if (below && (AddressOf(name) is not null || !name.Contains('.', StringComparison.Ordinal)))
        {
            throw new FormatException(
                $"'{text}' would allow too much: '*.' stands before a domain of two names or more, such as '*.example.org:443'.");
        }

        return new AllowedHost(below ? Below + name : name, port);
    }

    /// <summary>Whether a request for a host, in the form that <see cref="Canonical"/> gives, is meant by this entry.</summary>
    internal bool Covers(string host, int port) => port == Port && (Host.StartsWith(Below, StringComparison.Ordinal)
        ? host.EndsWith(Host[1..], StringComparison.Ordinal) && host.Length >= Host.Length && AddressOf(host) is null
        : host == Host);

    /// <summary>As an entry is written.</summary>
    public override string ToString() => Write(Host, Port);

    /// <summary>Host and port as one text.</summary>
    internal static string Write(string host, int port) => host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{host}]:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");

    /// <summary>Takes <c>HOST:PORT</c> or <c>[ADDRESS]:PORT</c> apart; null when it is neither.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="otherwise">The port where none is given; null when one must be.</param>
    internal static (string Host, int Port)? Split(string text, int? otherwise = null)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : 0;
        var colon = bracket < 0 ? -1 : text.IndexOf(':', bracket);
        var end = colon < 0 ? text.Length : colon;
        if (bracket < 0 || (bracket > 0 && end != bracket + 1))
        {
            return null;
        }

        var host = bracket > 0 ? text[1..bracket] : text[..end];
        var digits = colon < 0 ? null : text[(colon + 1)..];
        var port = digits is null
            ? otherwise ?? 0
            : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return host.Length > 0 && port is > 0 and <= ushort.MaxValue && bracket > 0 == host.Contains(':', StringComparison.Ordinal)
            ? (host, port)
            : null;
    }

    /// <summary>The one form of a host that is compared: an address as the system writes it, or a name in lower case ASCII.</summary>
    /// <returns>Null for what is neither, such as <c>127.1</c> or <c>0x7f000001</c>, which some resolvers take for addresses.</returns>
    internal static string? Canonical(string host)
    {
        if (IPAddress.TryParse(host, out var address) && !host.Contains('%', StringComparison.Ordinal))
        {
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return host.Contains(':', StringComparison.Ordinal) || address.ToString() == host ? address.ToString() : null;
        }

        var name = host.EndsWith('.') ? host[..^1] : host;
        try
        {
            name = _ascii.GetAscii(name).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }

        var last = name[(name.LastIndexOf('.') + 1)..];
        return char.IsAsciiDigit(last[0]) ? null : name;
    }

    private static IPAddress? AddressOf(string host) => IPAddress.TryParse(host, out var address) ? address : null;
}
