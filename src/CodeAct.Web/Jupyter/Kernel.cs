using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CodeAct.Python;
using CodeAct.Web.Sessions;

namespace CodeAct.Web.Jupyter;

/// <summary>A session as Jupyter's clients have it: they send messages, and all of them see what comes of each.</summary>
/// <remarks>It ends with the session. What comes on the shell channel is done one after the other, what comes on control at once.</remarks>
internal sealed partial class Kernel
{
    private const int MostWaiting = 10_000; // requests; further ones are not taken

    private readonly LiveSession _session;
    private readonly LiveSessions _sessions;
    private readonly WebOptions _options;
    private readonly string _identity = Guid.NewGuid().ToString(); // the session in the headers of its messages
    private readonly ConcurrentDictionary<KernelClient, byte> _clients = [];
    private readonly Channel<Request> _shell = Channel.CreateBounded<Request>(MostWaiting);
    private readonly Channel<Request> _control = Channel.CreateBounded<Request>(MostWaiting);
    private readonly KernelHistory _history = new();
    private int _refused; // of the requests that wait, those at the front that are not to be run

    public Kernel(LiveSession session, LiveSessions sessions, WebOptions options)
    {
        (_session, _sessions, _options) = (session, sessions, options);
        _ = WorkAsync(_shell.Reader);
        _ = WorkAsync(_control.Reader);
    }

    private sealed record Request(KernelClient Client, KernelMessage Message);

    /// <summary>How many clients follow it.</summary>
    public int Connections => _clients.Count;

    /// <summary>Serves a client until that hangs up or the session ends.</summary>
    /// <exception cref="KeyNotFoundException">The session has ended.</exception>
    public async Task ServeAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        using var use = _session.Use();
        var client = new KernelClient(socket);
        _clients[client] = 0;
        try
        {
            await client.TalkAsync(message => Take(client, message), _session.Ended, cancellationToken);
        }
        finally
        {
            _clients.TryRemove(client, out _);
        }
    }

    /// <summary>Goes on in a fresh interpreter: the cell that runs ends, and those that wait are not run.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _refused, _shell.Reader.Count);
        Tell("status", [], new JsonObject { ["execution_state"] = "restarting" });
        await _session.RestartAsync(cancellationToken);
        Tell("status", [], new JsonObject { ["execution_state"] = "idle" });
    }

    private void Take(KernelClient client, KernelMessage message) =>
        (message.Channel == "control" ? _control : _shell).Writer.TryWrite(new Request(client, message));

    private async Task WorkAsync(ChannelReader<Request> requests)
    {
        try
        {
            await foreach (var (client, message) in requests.ReadAllAsync(_session.Ended))
            {
                var isRefused = message.Channel != "control" && TakeRefusal();
                Tell("status", message.Header, new JsonObject { ["execution_state"] = "busy" });
                var content = await AnswerAsync(message, isRefused);
                if (content is not null)
                {
                    var type = message.Type.Replace("_request", "_reply", StringComparison.Ordinal);
                    client.Tell(KernelMessage.Make(message.Channel, type, _identity, Copy(message.Header), content, Now()));
                }

                Tell("status", message.Header, new JsonObject { ["execution_state"] = "idle" });
                if (message.Type == "shutdown_request" && !message.Flag("restart", otherwise: false))
                {
                    await _sessions.DeleteAsync(_session.Id, _session.Owner);
                }
            }
        }
        catch (Exception over) when (IsTheEnd(over))
        {
            // The session has ended, and so does this.
        }
    }

    /// <summary>What is answered; null for nothing.</summary>
    private async Task<JsonObject?> AnswerAsync(KernelMessage request, bool isRefused)
    {
        try
        {
            switch (request.Type)
            {
                case "execute_request":
                    return isRefused ? new JsonObject { ["status"] = "aborted" } : await ExecuteAsync(request);
                case "shutdown_request":
                    var again = request.Flag("restart", otherwise: false);
                    if (again)
                    {
                        await RestartAsync(_session.Ended);
                    }

                    return new JsonObject { ["status"] = "ok", ["restart"] = again };
                case "interrupt_request":
                    _session.Python.Interrupt();
                    return new JsonObject { ["status"] = "ok" };
                case "comm_open": // there is nobody in the interpreter who would talk
                    var comm = new JsonObject { ["comm_id"] = Copy(request.Content["comm_id"]), ["data"] = new JsonObject() };
                    Tell("comm_close", request.Header, comm);
                    return null;
                default:
                    return await HelpAsync(request);
            }
        }
        catch (Exception failure) when (!IsTheEnd(failure)) // the edge of a request: its client is told, and the next one is served
        {
            return Failure(new PythonError(failure.GetType().Name, failure.Message, failure.Message));
        }
    }

    private static bool IsTheEnd(Exception exception) =>
        exception is OperationCanceledException or KeyNotFoundException or ObjectDisposedException;

    private bool TakeRefusal()
    {
        var isRefused = Volatile.Read(ref _refused) > 0;
        if (isRefused)
        {
            Interlocked.Decrement(ref _refused);
        }

        return isRefused;
    }

    /// <summary>Tells all clients something that a request has led to.</summary>
    private void Tell(string type, JsonObject parent, JsonObject content)
    {
        var message = KernelMessage.Make("iopub", type, _identity, Copy(parent), content, Now());
        foreach (var client in _clients.Keys)
        {
            client.Tell(message);
        }
    }

    private static T Copy<T>(T node)
        where T : JsonNode? => (T)node?.DeepClone()!;

    private DateTimeOffset Now() => _options.Time.GetUtcNow();
}
