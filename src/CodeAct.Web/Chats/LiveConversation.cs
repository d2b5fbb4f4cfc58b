using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Replay;

namespace CodeAct.Web.Chats;

/// <summary>A conversation that people use: its log, its interpreter, the run that is under way, and those who follow it.</summary>
/// <remarks>
/// May be used from several threads. It is cheap while nobody works with it: the interpreter is there from the first use on, and
/// put to sleep when nobody uses it; the next use rebuilds it from the log.
/// </remarks>
internal sealed partial class LiveConversation : IAsyncDisposable
{
    private readonly Premises _premises;
    private readonly Func<string, Task> _makeRoom;
    private readonly SemaphoreSlim _interpreter = new(1); // guards waking it and putting it to sleep
    private readonly Lock _gate = new(); // guards what follows
    private RunUnderWay? _run;
    private long _usedAt; // a timestamp
    private ConversationRecorder? _recorder;

    private LiveConversation(Premises premises, ConversationSummary opened, Func<string, Task> makeRoom)
    {
        (_premises, Id, Owner, _makeRoom) = (premises, opened.Id, opened.Owner, makeRoom);
        Audience = new Audience(premises.Store, opened.Id);
        _usedAt = Time.GetTimestamp();
    }

    /// <summary>Its ID.</summary>
    public string Id { get; }

    /// <summary>Whose it is.</summary>
    public string Owner { get; }

    /// <summary>When it was used last: a timestamp of the server's clock.</summary>
    public long UsedAt => Volatile.Read(ref _usedAt);

    /// <summary>Who follows it, and what it does.</summary>
    public Audience Audience { get; }

    private SqlConversationStore Store => _premises.Store;

    private WebOptions Options => _premises.Options;

    private TimeProvider Time => Options.Time;

    /// <summary>Opens a conversation of the store; no interpreter is started.</summary>
    /// <param name="premises">What it shares with others.</param>
    /// <param name="id">Its ID.</param>
    /// <param name="makeRoom">Makes room for one more interpreter of an owner.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="KeyNotFoundException">There is none of this ID.</exception>
    public static async Task<LiveConversation> OpenAsync(
        Premises premises, string id, Func<string, Task> makeRoom, CancellationToken cancellationToken)
    {
        var found = await premises.Store.GetAsync(id, cancellationToken);
        if (found.Id != id)
        {
            throw new KeyNotFoundException($"There is no conversation '{id}'.");
        }

        var opened = new LiveConversation(premises, found, makeRoom);
        var last = found.Events == 0
            ? null
            : await premises.Store.ReadAsync(id, found.Events - 1, cancellationToken).FirstOrDefaultAsync(cancellationToken);
        var waits = last?.Entry.Event is not (null or RunEnded { Reason: not StopReason.ApprovalPending })
            && PendingApproval.Of(await opened.EventsAsync(cancellationToken)) is not null;
        opened.Audience.Begin(found.Events, waits ? ConversationState.Waiting : ConversationState.Idle);
        return opened;
    }

    /// <summary>The events of the log so far.</summary>
    public async Task<IReadOnlyList<AgentEvent>> EventsAsync(CancellationToken cancellationToken) =>
        await Store.ReadAsync(Id, 0, cancellationToken).Select(stored => stored.Entry.Event).ToListAsync(cancellationToken);

    /// <summary>The event of a number; null when there is none.</summary>
    public async Task<AgentEvent?> EventAsync(long number, CancellationToken cancellationToken) =>
        (await Store.ReadAsync(Id, number - 1, cancellationToken).FirstOrDefaultAsync(cancellationToken))?.Entry.Event;

    /// <summary>Puts the interpreter to sleep when nothing has used it for a while.</summary>
    public async Task RestAsync()
    {
        if (Time.GetElapsedTime(UsedAt) >= Options.SessionIdleTime)
        {
            await TryRestAsync();
        }
    }

    /// <summary>Puts the interpreter to sleep, unless it is at work.</summary>
    public async Task<bool> TryRestAsync()
    {
        if (_run is not null || Audience.State is not ConversationState.Idle)
        {
            return false;
        }

        await SleepAsync(CancellationToken.None);
        return true;
    }

    /// <summary>Ends it for good: it is being deleted.</summary>
    public async Task EndAsync()
    {
        await StopRunAsync();
        await DisposeAsync();
        Audience.Delete();
    }

    /// <summary>Ends it because the server does. A run that does not end in time is left for the next start to go on with.</summary>
    /// <param name="graceOver">Ends the patience with a run.</param>
    public async Task ParkAsync(CancellationToken graceOver)
    {
        RunUnderWay? run;
        lock (_gate)
        {
            run = _run;
        }

        if (run is not null)
        {
            run.Desk.Leave();
            await run.Ended.WaitAsync(graceOver).ContinueWith(_ => { }, TaskScheduler.Default);
            run.IsParked = true;
            await StopRunAsync();
        }

        await DisposeAsync();
        Audience.End();
    }

    /// <summary>Ends the interpreter and writes what is left; no run may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await SleepAsync(CancellationToken.None);
        if (Interlocked.Exchange(ref _recorder, null) is { } recorder)
        {
            await recorder.DisposeAsync();
        }

        _interpreter.Dispose();
    }

    private async Task RecordAsync(AgentEvent happened)
    {
        _recorder ??= new ConversationRecorder(Store, Id, Audience.Last, Time, Tell);
        try
        {
            await _recorder.AddAsync(happened, CancellationToken.None);
        }
        catch
        {
            _recorder = null; // the next one begins with what the log has then
            throw;
        }
    }

    private void Tell(StoredEvent stored)
    {
        Audience.Tell(stored);
        if (stored.Entry.Event is RunStarted or RunContinued or ApprovalRequested or ApprovalAnswered or RunEnded)
        {
            _premises.Bulletin.Tell(Owner);
        }
    }

    private void Touch() => _usedAt = Time.GetTimestamp();
}
