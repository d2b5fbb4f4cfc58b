using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CodeAct.SystemTests.Adversarial;

/// <summary>Things of the host that are open to every user of the machine, so that nothing but the sandbox keeps them from a session.</summary>
internal sealed class Canaries : IDisposable
{
    private const string Variable = "CODEACT_ADVERSARIAL_CANARY";
    private const string Untouched = "untouched";
    private const UnixFileMode Everyone = (UnixFileMode)0x1FF;

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-adversarial-").FullName;
    private readonly string _inFile = Secret();
    private readonly string _inEnvironment = Secret();
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _stream = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _datagram = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly string _abstractName = "codeact-canary-" + Secret();
    private readonly DateTime _written;
    private readonly Process _process;

    public Canaries()
    {
        Open(_directory);
        Open(Directory.CreateDirectory(Below("drop")).FullName);
        File.WriteAllText(Below("secret"), _inFile);
        Open(Below("secret"));
        File.WriteAllText(Below("victim"), Untouched);
        Open(Below("victim"));
        _written = File.GetLastWriteTimeUtc(Below("victim"));
        Directory.CreateDirectory(Below("listed"));
        File.WriteAllText(Path.Combine(Below("listed"), InName), "");
        Environment.SetEnvironmentVariable(Variable, _inEnvironment);
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _abstract.Bind(new UnixDomainSocketEndPoint("\0" + _abstractName));
        _stream.Bind(new UnixDomainSocketEndPoint(Below("stream")));
        _datagram.Bind(new UnixDomainSocketEndPoint(Below("datagram")));
        Open(Below("stream"));
        Open(Below("datagram"));
        foreach (var listener in (Socket[])[_tcp, _abstract, _stream])
        {
            listener.Listen();
        }

        _process = Process.Start(new ProcessStartInfo("sleep", "86400") { UseShellExecute = false })!;
    }

    /// <summary>The name of a file in a directory of the host, which no list of a session's files may contain.</summary>
    public string InName { get; } = Secret();

    /// <summary>What no output may contain.</summary>
    public IReadOnlyList<string> Secrets => [_inFile, _inEnvironment, InName];

    public static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <summary>Where they are: an attack is told, for an attacker has time to find out.</summary>
    public JsonObject Whereabouts() => new()
    {
        ["directory"] = _directory,
        ["secret"] = Below("secret"),
        ["victim"] = Below("victim"),
        ["drop"] = Below("drop"),
        ["listed"] = Below("listed"),
        ["stream"] = Below("stream"),
        ["datagram"] = Below("datagram"),
        ["abstract"] = _abstractName,
        ["tcp"] = ((IPEndPoint)_tcp.LocalEndPoint!).Port,
        ["process"] = _process.Id,
        ["host"] = Environment.ProcessId,
        ["variable"] = Variable,
    };

    /// <summary>What has been done to them, seen from the host; nothing when all is well.</summary>
    public IEnumerable<string> Damage()
    {
        if (File.ReadAllText(Below("victim")) != Untouched)
        {
            yield return "a file of the host was changed";
        }

        if (File.GetLastWriteTimeUtc(Below("victim")) != _written || (!OperatingSystem.IsWindows() && File.GetUnixFileMode(Below("victim")) != Everyone))
        {
            yield return "the mode or the times of a file of the host were changed";
        }

        if (Directory.EnumerateFileSystemEntries(Below("drop")).Any() || !File.Exists(Below("secret")) || Directory.GetFiles(Below("listed")).Length != 1)
        {
            yield return "a directory of the host was changed";
        }

        foreach (var (name, socket) in ((string, Socket)[])[("TCP", _tcp), ("abstract Unix", _abstract), ("Unix", _stream), ("datagram", _datagram)])
        {
            if (socket.Poll(0, SelectMode.SelectRead))
            {
                yield return $"something has come to the host's {name} socket";
            }
        }

        if (_process.HasExited)
        {
            yield return "a process of the host was ended";
        }
    }

    public void Dispose()
    {
        foreach (var socket in (Socket[])[_tcp, _abstract, _stream, _datagram])
        {
            socket.Dispose();
        }

        _process.Kill();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
        Environment.SetEnvironmentVariable(Variable, null);
    }

    private static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, Everyone);
        }
    }

    private string Below(string name) => Path.Combine(_directory, name);
}
