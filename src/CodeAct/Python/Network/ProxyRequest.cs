using System.Globalization;
using System.Text;

namespace CodeAct.Python.Network;

/// <summary>A request that the proxy does not carry out, with what it answers.</summary>
internal sealed class ProxyRefusalException(int status, string message) : Exception(message)
{
    /// <summary>The code of HTTP for it.</summary>
    public int Status => status;
}

/// <summary>How the body of a request ends.</summary>
internal enum BodyKind
{
    None,
    Counted,
    Chunked,
}

/// <summary>The head of a request to the proxy: where it goes and, but for a tunnel, what is sent there.</summary>
/// <param name="Host">In the form that <see cref="AllowedHost.Canonical"/> gives.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Forwarded">The head that the server gets; null for a tunnel (<c>CONNECT</c>).</param>
/// <param name="Body">How the body ends.</param>
/// <param name="BodyLength">Its bytes, where they are counted.</param>
/// <remarks>
/// The target in the request line says where a request goes. What could be read in two ways, by us and by the server, is
/// refused: a Host that is another, two lengths, folded lines, bare line feeds.
/// </remarks>
internal sealed record ProxyRequest(string Host, int Port, string? Forwarded, BodyKind Body, long BodyLength)
{
    private const int BadRequest = 400;
    private const int HttpPort = 80;
    private const string Scheme = "http://";
    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    // RFC 9110, 7.6.1: they concern one connection. Host and Connection are written anew.
    private static readonly HashSet<string> _ofTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "Keep-Alive", "TE", "Trailer", "Upgrade",
    };

    /// <summary>Reads a head with the empty line that ends it.</summary>
    /// <exception cref="ProxyRefusalException">It is none that the proxy carries out.</exception>
    public static ProxyRequest Parse(ReadOnlySpan<byte> head)
    {
        var lines = Encoding.Latin1.GetString(head[..^4]).Split("\r\n");
        if (lines.Any(line => line.Any(letter => char.IsControl(letter) && letter != '\t')))
        {
            throw Bad("there is a control character in its head");
        }

        var parts = lines[0].Split(' ');
        if (parts is not [var method, var target, "HTTP/1.1" or "HTTP/1.0"] || !IsToken(method))
        {
            throw Bad("its first line is not METHOD TARGET HTTP/1.1");
        }

        var fields = lines.Skip(1).Select(Field).ToList();
        var isTunnel = method == "CONNECT";
        var (authority, path) = isTunnel ? (target, "") : Absolute(target);
        var (host, port) = Authority(authority, isTunnel ? null : HttpPort)
            ?? throw Bad($"its target '{target}' names no host and port");
        switch (fields.Where(field => Is(field, "Host")).Select(field => field.Value).ToList())
        {
            case [] when !isTunnel && parts[2] == "HTTP/1.1":
                throw Bad("it has no Host");
            case [var named] when Authority(named, isTunnel ? port : HttpPort) != (host, port):
                throw Bad($"its Host '{named}' is not the host of its target '{target}'");
            case { Count: > 1 }:
                throw Bad("it has more than one Host");
        }

        var (body, length) = isTunnel ? (BodyKind.None, 0) : BodyOf(fields);
        return new ProxyRequest(host, port, isTunnel ? null : Forward(parts, host, port, path, fields), body, length);
    }

    private static ProxyRefusalException Bad(string why) => new(BadRequest, $"The session's proxy does not take this request: {why}");

    private static bool Is(KeyValuePair<string, string> field, string name) => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsToken(string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || TokenMarks.Contains(letter, StringComparison.Ordinal));

    private static KeyValuePair<string, string> Field(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && IsToken(line[..colon])
            ? new(line[..colon], line[(colon + 1)..].Trim(' ', '\t'))
            : throw Bad("a line of its head is not NAME: VALUE");
    }

    private static (string Authority, string Path) Absolute(string target)
    {
        if (!target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Bad($"its target is '{target}'; it takes http://HOST/PATH, and CONNECT HOST:PORT for all else");
        }

        var rest = target[Scheme.Length..];
        var end = rest.AsSpan().IndexOfAny('/', '?');
        return end < 0 ? (rest, "/") : (rest[..end], rest[end] == '/' ? rest[end..] : "/" + rest[end..]);
    }

    private static (string Host, int Port)? Authority(string text, int? otherwise) =>
        AllowedHost.Split(text, otherwise) is var (host, port) && AllowedHost.Canonical(host) is { } canonical ? (canonical, port) : null;

    private static (BodyKind Kind, long Length) BodyOf(List<KeyValuePair<string, string>> fields)
    {
        var lengths = fields.Where(field => Is(field, "Content-Length")).Select(field => field.Value).ToList();
        var codings = fields.Where(field => Is(field, "Transfer-Encoding")).Select(field => field.Value).ToList();
        return (lengths, codings) switch
        {
            ([], []) => (BodyKind.None, 0),
            ([var digits], []) when long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) =>
                (BodyKind.Counted, length),
            ([], [var coding]) when coding.Equals("chunked", StringComparison.OrdinalIgnoreCase) => (BodyKind.Chunked, 0),
            _ => throw Bad("the length of its body can be read in more than one way"),
        };
    }

    private static string Forward(string[] first, string host, int port, string path, List<KeyValuePair<string, string>> fields)
    {
        var named = fields.Where(field => Is(field, "Connection"))
            .SelectMany(field => field.Value.Split(',', StringSplitOptions.TrimEntries))
            .Where(name => !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var authority = AllowedHost.Write(host, port);
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{first[0]} {path} {first[2]}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Host: {(port == HttpPort ? authority[..^":80".Length] : authority)}\r\n");
        foreach (var (name, value) in fields.Where(field => !_ofTheConnection.Contains(field.Key) && !named.Contains(field.Key)))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return head.Append("Connection: close\r\n\r\n").ToString(); // one request each: the next may go elsewhere
    }
}
