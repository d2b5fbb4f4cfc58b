using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CodeAct.Python.Network;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>The process that has imported everything and forks the workers.</summary>
internal sealed class TemplateProcess : IWorkerSource
{
    private const int LongestMessage = 1 << 16;
    private const int LongestComplaint = 2000;

    private const string Program =
        "import json, os, sys; options = json.load(sys.stdin); os.environ.update(options['environment']); "
        + $"sys.path.insert(0, options['directory']); from {WorkerPackage.Name} import template; template.main(globals().pop('options'))";

    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(5);

    private readonly Reactor _reactor;
    private readonly ControlGroups _groups;
    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly Process _process;
    private readonly Socket _socket;
    private readonly Signal _changed = new();
    private readonly Reactor.Watching _watching;
    private readonly ConcurrentDictionary<long, Asked> _asked = [];
    private readonly ConcurrentDictionary<long, Worker> _workers = [];
    private readonly TaskCompletionSource<TemplateReady> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _complaints;
    private readonly Task _receiving;
    private long _ids;

    private TemplateProcess(
        Reactor reactor,
        ControlGroups groups,
        TimeProvider time,
        bool confined,
        string directory,
        Process process,
        Socket socket,
        StringBuilder complaints)
    {
        Capabilities = new SessionCapabilities
        {
            Sandboxed = confined,
            Limits = confined,
            EndsProcesses = true,
            Checkpoints = true,
        };
        _reactor = reactor;
        _groups = groups;
        _time = time;
        _directory = directory;
        Contents = new ContentStore(Path.Combine(directory, "checkpoints"));
        _process = process;
        _socket = socket;
        _complaints = complaints;
        _watching = reactor.Watch(_changed, socket.SafeHandle);
        _receiving = Task.Run(ReceiveAsync, CancellationToken.None);
    }

    /// <summary>What the template said when it was ready.</summary>
    public TemplateReady Ready => _ready.Task.Result;

    public SessionCapabilities Capabilities { get; }

    public IReadOnlyList<SandboxLayer> Layers { get; private set; } = [];

    /// <summary>Sees to the descriptors of all workers.</summary>
    public Reactor Reactor => _reactor;

    public static async Task<TemplateProcess> StartAsync(PythonEngineOptions options, CancellationToken cancellationToken)
    {
        var confines = options.Sandbox.Mode == SandboxMode.Auto;
        var reactor = new Reactor();
        var groups = ControlGroups.Open(confines && options.ControlGroups);
        var probing = confines ? ControlGroupProbe.RunAsync(groups, options.Limits, cancellationToken) : null;
        var directory = Directory.CreateTempSubdirectory($"codeact-{Environment.ProcessId}-").FullName;
        Process? process = null;
        try
        {
            WorkerPackage.Unpack(directory);
            var path = Path.Combine(directory, "host");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            process = Launch(options, directory, path);
            var complaints = new StringBuilder();
            process.ErrorDataReceived += (_, line) => Complain(complaints, line.Data);
            process.OutputDataReceived += (_, line) => Complain(complaints, line.Data);
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.StartTimeout);
            var socket = await AcceptAsync(listener, process, complaints, limit.Token);
            var template = new TemplateProcess(reactor, groups, options.Time, confines, directory, process, socket, complaints);
            (process, reactor, groups) = (null, null, null); // the template's from here on
            return await template.WhenReadyAsync(options, probing, cancellationToken);
        }
        catch (Exception failure)
        {
            process?.Kill(entireProcessTree: true);
            process?.Dispose();
            reactor?.Dispose();
            if (groups is not null)
            {
                await Task.WhenAny(probing ?? Task.CompletedTask); // what it makes is removed here
                await groups.DisposeAsync();
            }

            Delete(directory);
            cancellationToken.ThrowIfCancellationRequested();
            if (failure is PythonUnavailableException or SandboxPolicyException)
            {
                throw;
            }

            throw new PythonUnavailableException(
                $"No Python engine could be started with '{options.Python}': {failure.Message}", failure);
        }
    }

    private async Task<TemplateProcess> WhenReadyAsync(
        PythonEngineOptions options, Task<IReadOnlyList<SandboxLayer>>? probing, CancellationToken cancellationToken)
    {
        try
        {
            var ready = await _ready.Task.WaitAsync(options.StartTimeout, options.Time, cancellationToken);
            if (ready.Lacking.Count > 0)
            {
                throw new PythonUnavailableException(
                    $"Python cannot be confined on this machine: {string.Join("; ", ready.Lacking)}. "
                    + "Code that you trust runs without confinement when asked to by name: --sandbox none, or SandboxPolicy.None.");
            }

            Check(options.Sandbox);
            Layers = [.. ready.Layers, .. probing is null ? [] : await probing];
            return this;
        }
        catch
        {
            await Task.WhenAny(probing ?? Task.CompletedTask);
            await DisposeAsync();
            throw;
        }
    }

    public async Task<Worker> ForkAsync(
        Workspace workspace, SessionLimits limits, SandboxPolicy policy, bool warm, CancellationToken cancellationToken)
    {
        Check(policy);
        var id = Interlocked.Increment(ref _ids);
        var answer = new TaskCompletionSource<Worker>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = new Asked(workspace, policy.Network, answer);
        var visible = new ForkPolicy(policy.Network.Allowed.Count > 0, policy.Mounts);
        var request = JsonSerializer.SerializeToUtf8Bytes(
            new ForkRequest(id, workspace.Place, workspace.PathBelowPlace, limits, visible, warm),
            WireJson.Default.ForkRequest);
        if (_receiving.IsCompleted)
        {
            throw Gone();
        }

        await _socket.SendAsync(request, SocketFlags.None, cancellationToken);
        var worker = await answer.Task;
        try
        {
            var joining = Task.Run(() => worker.Processes.Join(_groups, worker, limits), CancellationToken.None); // takes up to 14 ms
            await Task.WhenAll(worker.ReadyAsync(cancellationToken), joining);
            return worker;
        }
        catch
        {
            worker.Processes.Dispose();
            throw;
        }
    }

    /// <summary>Lets a checkpoint stay when its worker has ended. Only without process namespaces need the template know.</summary>
    public async Task KeepAsync(int process)
    {
        if (!_receiving.IsCompleted)
        {
            var request = JsonSerializer.SerializeToUtf8Bytes(new KeepRequest(process), WireJson.Default.KeepRequest);
            await _socket.SendAsync(request, SocketFlags.None, CancellationToken.None);
        }
    }

    /// <summary>Throws when a session cannot have what a policy asks for on this machine.</summary>
    /// <exception cref="SandboxPolicyException">The policy asks for what nobody can have.</exception>
    /// <exception cref="PythonUnavailableException">The machine does not have what it takes.</exception>
    public void Check(SandboxPolicy policy)
    {
        policy.Check();
        foreach (var mount in policy.Mounts)
        {
            mount.Check(_directory, byPath: Ready.NoNamespaces is not null);
        }

        if (policy.Network.Allowed.Count > 0 && Ready.NoNamespaces is { } reason)
        {
            throw new PythonUnavailableException(
                $"A network allow-list needs a network namespace for the session, and there is none on this machine: {reason}. "
                + "Without an allow-list sessions run here, with no network at all.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Shutdown(SocketShutdown.Send); // the template ends its workers and itself
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(_goodbye, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            _process.Kill(); // the template ends with it, and the workers with the template
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        await _receiving;
        foreach (var worker in _workers.Values)
        {
            worker.Send(Libc.Kill);
            worker.Processes.Dispose();
        }

        _watching.Dispose();
        _socket.Dispose();
        _process.Dispose();
        _reactor.Dispose();
        await _groups.DisposeAsync();
        Delete(_directory);
    }

    /// <summary>Deletes the directory, which its process may have done already.</summary>
    private static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>What files of checkpoints hold.</summary>
    public ContentStore Contents { get; }

    public Workspace CreateWorkspace() => Workspace.Create(Path.Combine(_directory, "workspaces"));

    private static Process Launch(PythonEngineOptions options, string directory, string socket)
    {
        var scratch = Directory.CreateDirectory(Path.Combine(directory, "scratch")).FullName;
        var given = new TemplateOptions(
            options.Modules,
            directory,
            socket,
            scratch,
            new Dictionary<string, string> { ["HOME"] = scratch, ["MPLCONFIGDIR"] = WorkerPackage.MatplotlibCache },
            options.Sandbox.Mode == SandboxMode.Auto,
            options.Namespaces,
            options.Limits,
            [directory, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "/var"],
            PackageWire.Of(options.Packages));
        var start = new ProcessStartInfo(options.Python)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
            ArgumentList =
            {
                "-I",
                "-c",
                Program,
            },
        };
        WorkerPackage.SetEnvironment(start.Environment);
        foreach (var threads in (ReadOnlySpan<string>)["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"])
        {
            start.Environment[threads] = 1.ToString(CultureInfo.InvariantCulture); // a fork keeps one thread only
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        using var input = process.StandardInput.BaseStream; // and not as arguments: those a session can read
        JsonSerializer.Serialize(input, given, WireJson.Default.TemplateOptions);
        return process;
    }

    private static async Task<Socket> AcceptAsync(
        Socket listener, Process process, StringBuilder complaints, CancellationToken cancellationToken)
    {
        var accepted = listener.AcceptAsync(cancellationToken).AsTask();
        if (await Task.WhenAny(accepted, process.WaitForExitAsync(cancellationToken)) == accepted)
        {
            var socket = await accepted;
            socket.Blocking = false;
            return socket;
        }

        await process.WaitForExitAsync(cancellationToken); // with the rest of what it said
        throw new PythonUnavailableException(
            $"'{process.StartInfo.FileName}' ended with exit code {process.ExitCode} while starting: {Words(complaints)}");
    }

    private static void Complain(StringBuilder complaints, string? line)
    {
        lock (complaints)
        {
            complaints.AppendLine(line);
            complaints.Remove(0, Math.Max(0, complaints.Length - LongestComplaint));
        }
    }

    private static string Words(StringBuilder complaints)
    {
        lock (complaints)
        {
            return complaints.ToString().Trim();
        }
    }

    private PythonUnavailableException Gone() => new($"The Python template process is gone: {Words(_complaints)}");

    private async Task ReceiveAsync()
    {
        var buffer = new byte[LongestMessage];
        var handles = new List<SafeFileHandle>();
        while (true)
        {
            var count = Libc.Receive(_socket.SafeHandle, buffer, handles);
            if (count > 0)
            {
                Handle(JsonSerializer.Deserialize(buffer.AsSpan(0, count), WireJson.Default.TemplateMessage)!, handles);
                handles.Clear();
            }
            else if (count < 0)
            {
                _watching.Arm();
                await _changed.WaitAsync();
            }
            else
            {
                break;
            }
        }

        await (_ready.Task.IsCompleted ? Task.CompletedTask : _process.WaitForExitAsync(CancellationToken.None)); // with all that it said
        _ready.TrySetException(Gone());
        foreach (var asked in _asked.Values)
        {
            asked.Answer.TrySetException(Gone());
        }
    }

    private void Handle(TemplateMessage message, List<SafeFileHandle> handles)
    {
        if (message.Ready is { } ready)
        {
            _ready.TrySetResult(ready);
        }
        else if (message.Exited is { } code)
        {
            if (_workers.TryRemove(message.Id, out var worker))
            {
                worker.SetExit(new WorkerExit(code, message.Signal));
            }
        }
        else if (_asked.TryRemove(message.Id, out var asked))
        {
            if (message.Failed is { } reason)
            {
                asked.Answer.TrySetException(new PythonUnavailableException($"No interpreter could be forked: {reason}."));
            }
            else
            {
                asked.Workspace.Attach(handles.ElementAtOrDefault(5));
                var proxy = handles.Count > 6 ? NetworkProxy.Of(handles[6], asked.Network, _time) : null;
                var processes = new SessionProcesses(handles.ElementAtOrDefault(4), proxy);
                var worker = new ForkedWorker(_reactor, processes, handles[3], handles[0], handles[1], handles[2]);
                _workers[message.Id] = worker;
                asked.Answer.TrySetResult(worker);
            }
        }
    }

    /// <summary>A worker that was asked for: where it is to work, and what its proxy is to let through.</summary>
    private sealed record Asked(Workspace Workspace, NetworkPolicy Network, TaskCompletionSource<Worker> Answer);
}
