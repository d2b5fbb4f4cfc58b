using System.Collections.Concurrent;
using CodeAct.Web.Sessions;

namespace CodeAct.Web.Jupyter;

/// <summary>The sessions of a server as kernels: each becomes one when a client of Jupyter's connects to it.</summary>
internal sealed class Kernels(LiveSessions sessions, WebOptions options)
{
    private readonly ConcurrentDictionary<LiveSession, Lazy<Kernel>> _kernels = [];

    /// <summary>The kernel of a session; null when no client of Jupyter's has connected to it yet.</summary>
    public Kernel? Find(LiveSession session) => _kernels.GetValueOrDefault(session)?.Value;

    /// <summary>The kernel of a session.</summary>
    public Kernel Of(LiveSession session) => _kernels.GetOrAdd(session, _ => new(() =>
    {
        session.Ended.Register(() => _kernels.TryRemove(session, out var _));
        return new Kernel(session, sessions, options);
    })).Value;
}
