using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodeAct.Python;

/// <summary>Starts a Python process for each worker, with all the rights of this one: for platforms that have no sandbox.</summary>
/// <remarks>Needs of the platform no more than child processes and a socket: a Unix one, or TCP on the loopback interface.</remarks>
internal sealed class PlainWorkers : IWorkerSource
{
    private static readonly TimeSpan _introduction = TimeSpan.FromSeconds(1); // who connects says the token at once
    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(5);

    private readonly PythonEngineOptions _options;
    private readonly string _directory;
    private readonly ConcurrentDictionary<PlainWorker, byte> _workers = [];
    private long _sockets;

    private PlainWorkers(PythonEngineOptions options, string directory)
    {
        _options = options;
        _directory = directory;
    }

    public IReadOnlyList<SandboxLayer> Layers => [];

    public TemplateReady Ready { get; private set; } =
        new(new Dictionary<string, string>(), 0, "", [], "the plain backend uses none", []);

    public SessionCapabilities Capabilities { get; } = new()
    {
        Sandboxed = false,
        Limits = false,
        EndsProcesses = false,
        Checkpoints = false,
    };

    /// <exception cref="SandboxPolicyException">The policy is to keep code from something, which nothing here does.</exception>
    /// <exception cref="PythonUnavailableException">A first worker, which is for trying only, could not be started.</exception>
    public static async Task<PlainWorkers> StartAsync(PythonEngineOptions options, CancellationToken cancellationToken)
    {
        (options.Sandbox with { Mode = SandboxMode.None }).Check();
        var directory = Directory.CreateTempSubdirectory($"codeact-{Environment.ProcessId}-").FullName;
        var workers = new PlainWorkers(options, directory);
        try
        {
            WorkerPackage.Unpack(directory);
            using var workspace = workers.CreateWorkspace();
            var (first, ready) = await workers.LaunchAsync(workspace, warm: false, cancellationToken);
            using (first)
            {
                workers.Ready = workers.Ready with
                {
                    Python = JsonSerializer.Deserialize(ready.Payload.Span, PlainJson.Default.PlainReady)!.Python,
                };
            }

            return workers;
        }
        catch
        {
            await workers.DisposeAsync();
            throw;
        }
    }

    public Workspace CreateWorkspace() => Workspace.Create(Path.Combine(_directory, "workspaces"));

    public async Task<Worker> ForkAsync(
        Workspace workspace, SessionLimits limits, SandboxPolicy policy, bool warm, CancellationToken cancellationToken)
    {
        (policy with { Mode = SandboxMode.None }).Check();
        return (await LaunchAsync(workspace, warm, cancellationToken)).Worker;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.Keys)
        {
            worker.Dispose();
        }

        try
        {
            var gone = Task.WhenAll(_workers.Keys.Select(worker => worker.Reaped));
            await gone.WaitAsync(_goodbye, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // Killed and not gone: it hangs in the kernel, and goes when that lets it.
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task<(PlainWorker Worker, Frame Ready)> LaunchAsync(
        Workspace workspace, bool warm, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.StartTimeout);
        Process? process = null;
        try
        {
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            var (listener, address) = Listen();
            using var closing = listener;
            process = Start(workspace.Root);
            var opening = new PlainOpening(address, token, workspace.Root, warm, PackageWire.Of(_options.Packages));
            await TellAsync(process, opening, limit.Token);
            var control = await MeetAsync(listener, token, process, limit.Token);
            var worker = new PlainWorker(control, process);
            process = null; // the worker's from here on
            _workers[worker] = 0;
            _ = worker.Reaped.ContinueWith(_ => _workers.TryRemove(worker, out var _), TaskScheduler.Default);
            return (worker, await worker.ReadyAsync(limit.Token));
        }
        catch (Exception failure) when (failure is not PythonUnavailableException && !cancellationToken.IsCancellationRequested)
        {
            throw new PythonUnavailableException(
                failure is OperationCanceledException
                    ? $"'{_options.Python}' took longer than {_options.StartTimeout.TotalSeconds:0.###} s to start."
                    : $"No Python process could be started with '{_options.Python}': {failure.Message}",
                failure);
        }
        finally
        {
            if (process is not null)
            {
                process.Kill(entireProcessTree: true);
                PlainWorker.LetGo(process);
            }
        }
    }

    private (Socket Listener, string Address) Listen()
    {
        if (!_options.Loopback && Socket.OSSupportsUnixDomainSockets && !OperatingSystem.IsWindows()) // whose Python has none
        {
            var path = Path.Combine(_directory, $"w{Interlocked.Increment(ref _sockets)}");
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            local.Bind(new UnixDomainSocketEndPoint(path));
            local.Listen();
            return (local, $"unix:{path}");
        }

        var loopback = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        loopback.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        loopback.Listen();
        return (loopback, $"tcp:{((IPEndPoint)loopback.LocalEndPoint!).Port}");
    }

    private static async Task TellAsync(Process process, PlainOpening opening, CancellationToken cancellationToken)
    {
        try
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(opening, PlainJson.Default.PlainOpening);
            await process.StandardInput.BaseStream.WriteAsync((byte[])[.. line, (byte)'\n'], cancellationToken);
        }
        catch (IOException)
        {
            // It has ended already; whoever waits for it to connect says why.
        }
    }

    /// <summary>Waits for the process to connect; whoever else does is sent away.</summary>
    private static async Task<Socket> MeetAsync(Socket listener, string token, Process process, CancellationToken cancellationToken)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var words = Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        var ended = process.WaitForExitAsync(given.Token);
        try
        {
            while (true)
            {
                var accepted = listener.AcceptAsync(given.Token).AsTask();
                if (await Task.WhenAny(accepted, ended) == ended)
                {
                    await ended;
                    throw new PythonUnavailableException(
                        $"'{process.StartInfo.FileName}' ended with exit code {process.ExitCode} while starting: "
                        + string.Concat(await words).Trim());
                }

                var stranger = await accepted;
                if (await KnowsAsync(stranger, token, given.Token))
                {
                    stranger.Blocking = false;
                    if (stranger.AddressFamily == AddressFamily.InterNetwork)
                    {
                        stranger.NoDelay = true;
                    }

                    return stranger;
                }

                stranger.Dispose();
            }
        }
        finally
        {
            await given.CancelAsync();
        }
    }

    private static async Task<bool> KnowsAsync(Socket stranger, string token, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_introduction);
        var said = new byte[token.Length];
        try
        {
            for (var length = 0; length < said.Length;)
            {
                var count = await stranger.ReceiveAsync(said.AsMemory(length), SocketFlags.None, limit.Token);
                if (count == 0)
                {
                    return false;
                }

                length += count;
            }
        }
        catch (Exception failure) when (failure is SocketException || !cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(said, Encoding.ASCII.GetBytes(token));
    }

    private Process Start(string workspace)
    {
        var temporary = Path.Combine(workspace, ".tmp");
        var start = new ProcessStartInfo(_options.Python)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory,
            ArgumentList =
            {
                "-I",
                "-c",
                $"import sys; sys.path.insert(0, sys.argv[1]); from {WorkerPackage.Name} import plain; plain.main()",
                _directory,
            },
        };
        WorkerPackage.SetEnvironment(start.Environment);
        start.Environment["HOME"] = workspace;
        start.Environment["MPLCONFIGDIR"] = WorkerPackage.MatplotlibCache;
        start.Environment["TMPDIR"] = temporary;
        start.Environment["IPYTHONDIR"] = Path.Combine(temporary, "ipython");
        return Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
    }
}

/// <summary>What a plain worker is told first, over its standard input.</summary>
internal sealed record PlainOpening(string Address, string Token, string Workspace, bool Warm, PackageWire? Packages);

/// <summary>What a plain worker says when it takes cells.</summary>
internal sealed record PlainReady([property: JsonRequired] string Python);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PlainOpening))]
[JsonSerializable(typeof(PlainReady))]
internal sealed partial class PlainJson : JsonSerializerContext;
