using System.Collections.Concurrent;
using CodeAct.Python;
using CodeAct.Telemetry;
using CodeAct.Web.Chats;
using CodeAct.Web.Users;

namespace CodeAct.Web.Sessions;

/// <summary>The sessions of a server that have no conversation: begun when they are asked for, ended when nobody uses them.</summary>
/// <remarks>An ID is its owner's alone: two owners may have sessions of the same ID, and neither sees the other's.</remarks>
internal sealed class LiveSessions : IAsyncDisposable
{
    private const int LongestId = 200; // characters

    private readonly ConcurrentDictionary<(string Owner, string Id), Lazy<Task<LiveSession>>> _sessions = [];
    private readonly Premises _premises;
    private readonly ITimer _sweeper;

    public LiveSessions(Premises premises)
    {
        (_premises, Since) = (premises, premises.Options.Time.GetUtcNow());
        var every = TimeSpan.FromSeconds(Math.Max(0.1, Options.BareSessionIdleTime.TotalSeconds / 10));
        _sweeper = premises.Options.Time.CreateTimer(_ => _ = SweepAsync(), null, every, every);
    }

    /// <summary>The version of Python that they run.</summary>
    public string PythonVersion => _premises.Engine.PythonVersion;

    /// <summary>Since when there can be sessions.</summary>
    public DateTimeOffset Since { get; }

    private WebOptions Options => _premises.Options;

    /// <summary>Those of an owner, the oldest first.</summary>
    public IReadOnlyList<LiveSession> Of(string owner) =>
        [.. Started().Where(session => session.Owner == owner).OrderBy(session => session.Created).ThenBy(session => session.Id)];

    /// <summary>One that is there.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or it is somebody else's.</exception>
    public async Task<LiveSession> FindAsync(string id, string owner, CancellationToken cancellationToken) =>
        _sessions.TryGetValue((owner, id), out var starting)
            ? await starting.Value.WaitAsync(cancellationToken)
            : throw LiveSession.NotThere(id);

    /// <summary>A new one, with an ID that nobody can guess.</summary>
    /// <exception cref="QuotaException">The owner has as many as a user may have.</exception>
    /// <exception cref="PythonUnavailableException">There is no interpreter to be had.</exception>
    public Task<LiveSession> BeginAsync(string owner, CancellationToken cancellationToken) =>
        AddAsync(owner, StartAsync, cancellationToken);

    /// <summary>The one with an ID that its user has chosen, such as that of a chat; a new one when there is none.</summary>
    /// <returns>The session, and whether it is new.</returns>
    /// <exception cref="ArgumentException">That is no ID.</exception>
    /// <exception cref="QuotaException">The owner has as many as a user may have.</exception>
    /// <exception cref="PythonUnavailableException">There is no interpreter to be had.</exception>
    public async Task<(LiveSession Session, bool IsNew)> OpenAsync(string id, string owner, CancellationToken cancellationToken)
    {
        if (id.Length is 0 or > LongestId || id.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"The ID of a session has 1 to {LongestId} characters, and none of control; this one has {id.Length}.", nameof(id));
        }

        return await OpenAsync(id, owner, StartAsync, cancellationToken);
    }

    /// <summary>A new one that goes on from the state of another interpreter.</summary>
    /// <param name="owner">Whose the new one is.</param>
    /// <param name="origin">The other one; it is not changed.</param>
    /// <param name="checkpoint">The state; null for that of now.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CheckpointException">The state is not there any more, or cannot be kept.</exception>
    /// <exception cref="QuotaException">The owner has as many as a user may have.</exception>
    public Task<LiveSession> ForkAsync(string owner, IPythonSession origin, Checkpoint? checkpoint, CancellationToken cancellationToken) =>
        AddAsync(owner, stop => ForkAsync(origin, checkpoint, stop), cancellationToken);

    /// <summary>Ends one with whatever runs in it.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or it is somebody else's.</exception>
    public async Task DeleteAsync(string id, string owner)
    {
        if (!_sessions.TryRemove((owner, id), out var starting))
        {
            throw LiveSession.NotThere(id);
        }

        await (await starting.Value).DisposeAsync();
    }

    /// <summary>Ends all.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync();
        await Task.WhenAll(Started().Select(session => session.DisposeAsync().AsTask()));
    }

    private async Task<LiveSession> AddAsync(
        string owner, Func<CancellationToken, Task<IPythonSession>> start, CancellationToken cancellationToken) =>
        (await OpenAsync(Guid.NewGuid().ToString(), owner, start, cancellationToken)).Session;

    private async Task<(LiveSession Session, bool IsNew)> OpenAsync(
        string id, string owner, Func<CancellationToken, Task<IPythonSession>> start, CancellationToken cancellationToken)
    {
        var key = (owner, id);
        var most = _premises.Quotas.Sessions(owner);
        if (!_sessions.ContainsKey(key) && _sessions.Keys.Count(other => other.Owner == owner) >= most)
        {
            throw new QuotaException(
                $"You have {most} sessions already, and may not have more; delete one first (DELETE /api/sessions/ID).");
        }

        var wanted = new Lazy<Task<LiveSession>>(
            async () => new LiveSession(id, owner, await start(CancellationToken.None), Options.Time)); // others may wait for it too
        var starting = _sessions.GetOrAdd(key, wanted);
        try
        {
            var session = await starting.Value.WaitAsync(cancellationToken);
            if (session.Touch())
            {
                return (session, starting == wanted);
            }
        }
        catch when (starting.Value.IsFaulted)
        {
            _sessions.TryRemove(KeyValuePair.Create(key, starting));
            throw;
        }

        _sessions.TryRemove(KeyValuePair.Create(key, starting)); // it was just being given up
        return await OpenAsync(id, owner, start, cancellationToken);
    }

    private async Task<IPythonSession> StartAsync(CancellationToken cancellationToken) =>
        (await _premises.Engine.CreateSessionAsync(new SessionOptions(), cancellationToken)).Watched(Options.Telemetry);

    // The tools of a conversation ask its user for approval; who has a bare session has nobody to ask.
    private static async Task<IPythonSession> ForkAsync(IPythonSession origin, Checkpoint? checkpoint, CancellationToken cancellationToken)
    {
        var fork = await origin.ForkAsync(checkpoint, cancellationToken);
        fork.Tools = null;
        return fork;
    }

    private async Task SweepAsync()
    {
        foreach (var (key, starting) in _sessions)
        {
            if (starting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                var session = await starting.Value;
                if (session.GiveUp(Options.BareSessionIdleTime))
                {
                    _sessions.TryRemove(KeyValuePair.Create(key, starting));
                    await session.DisposeAsync();
                }
            }
        }
    }

    private IEnumerable<LiveSession> Started() => _sessions.Values
        .Where(starting => starting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        .Select(starting => starting.Value.Result);
}
