using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python.Network;

/// <summary>Finds the addresses of a name.</summary>
internal delegate Task<IPAddress[]> Resolve(string host, CancellationToken cancellationToken);

/// <summary>The one way from a session to the network: an HTTP proxy that lets through what the session's policy allows.</summary>
/// <remarks>
/// It runs on the host and accepts on a socket that listens in the session's network namespace, where there is nothing else to
/// be reached; none of our code runs in there.
/// </remarks>
internal sealed class NetworkProxy : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly NetworkPolicy _policy;
    private readonly Resolve _resolve;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private int _open;

    /// <summary>The proxy of a session, given the socket that listens in there.</summary>
    public static NetworkProxy Of(SafeFileHandle listener, NetworkPolicy policy, TimeProvider time)
    {
        var socket = new Socket(new SafeSocketHandle(listener.DangerousGetHandle(), ownsHandle: true));
        listener.SetHandleAsInvalid();
        return new NetworkProxy(socket, policy, (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken), time);
    }

    /// <summary>Begins to accept.</summary>
    /// <param name="listener">A listening socket; the proxy's from here on.</param>
    /// <param name="policy">What is let through.</param>
    /// <param name="resolve">Asked once for each connection: what it gives is checked, and is what is connected to.</param>
    /// <param name="time">Measures silence.</param>
    public NetworkProxy(Socket listener, NetworkPolicy policy, Resolve resolve, TimeProvider time)
    {
        (_listener, _policy, _resolve, _time) = (listener, policy, resolve, time);
        Ended = AcceptAsync(_stop.Token);
    }

    /// <summary>Done when it accepts no more.</summary>
    public Task Ended { get; }

    /// <summary>Closes every connection.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        using var pause = new PeriodicTimer(_pause, _time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(cancellationToken);
                _ = ServeAsync(client, cancellationToken); // ends with its sockets, and with the token
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException) // the client is gone already, or the host has no descriptor left
            {
                await pause.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        var isOneTooMany = Interlocked.Increment(ref _open) > _policy.Connections;
        using var connection = new ProxyConnection(client, _policy, _resolve, _time, cancellationToken);
        try
        {
            await (isOneTooMany
                ? connection.RefuseAsync(new ProxyRefusalException(
                    503, $"This session has {_policy.Connections} connections open already; close some before you open more"))
                : connection.ServeAsync());
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
