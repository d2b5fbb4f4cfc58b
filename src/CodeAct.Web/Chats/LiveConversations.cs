using System.Collections.Concurrent;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.Web.Shares;
using CodeAct.Web.Users;

namespace CodeAct.Web.Chats;

/// <summary>What all conversations of a server share.</summary>
internal sealed record Premises(
    SqlConversationStore Store, PythonEngine Engine, ModelShelf Models, IOfferedTools? Tools, WebOptions Options)
{
    /// <summary>What has been shared of them.</summary>
    public required SharedConversations Shares { get; init; }

    /// <summary>Says what becomes of conversations.</summary>
    public Bulletin Bulletin { get; } = new();

    /// <summary>Where the files of a conversation are kept that its user has given.</summary>
    public string FilesOf(string conversation) => Path.Combine(Options.DataDirectory, "files", conversation);

    /// <summary>How much one user may have.</summary>
    public Quotas Quotas => field ??= new Quotas(Store, Options.Access.Limits, FilesOf);
}

/// <summary>The conversations of a server: opened when somebody uses them, at rest in the store when not.</summary>
internal sealed class LiveConversations : IAsyncDisposable
{
    private const int MostTakenUp = 100; // conversations that are looked at for a run that was cut off
    private const int MostDeletedAtOnce = 100;

    private readonly ConcurrentDictionary<string, Lazy<Task<LiveConversation>>> _open = [];
    private readonly Premises _premises;
    private readonly ITimer _sweeper;
    private readonly CancellationTokenSource _ending = new();
    private Task _takingUp = Task.CompletedTask;

    public LiveConversations(Premises premises)
    {
        _premises = premises;
        var every = TimeSpan.FromSeconds(Math.Max(0.1, premises.Options.SessionIdleTime.TotalSeconds / 10));
        _sweeper = premises.Options.Time.CreateTimer(_ => _ = SweepAsync(), null, every, every);
    }

    /// <summary>Begins a conversation.</summary>
    /// <exception cref="QuotaException">It would be one too many.</exception>
    public async Task<LiveConversation> BeginAsync(string owner, CancellationToken cancellationToken)
    {
        await _premises.Quotas.CheckConversationsAsync(owner, cancellationToken);
        return await OpenAsync(await _premises.Store.BeginAsync(owner, cancellationToken), owner, cancellationToken);
    }

    /// <summary>The conversation with an ID.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or it is somebody else's.</exception>
    public async Task<LiveConversation> OpenAsync(string id, string owner, CancellationToken cancellationToken)
    {
        var opening = _open.GetOrAdd(id, _ => new(() => LiveConversation.OpenAsync(_premises, id, MakeRoomAsync, CancellationToken.None)));
        LiveConversation opened;
        try
        {
            opened = await opening.Value.WaitAsync(cancellationToken);
        }
        catch when (opening.Value.IsFaulted)
        {
            _open.TryRemove(KeyValuePair.Create(id, opening));
            throw;
        }

        return opened.Owner == owner ? opened : throw new KeyNotFoundException($"There is no conversation '{id}'.");
    }

    /// <summary>A conversation of its own that goes on from an event of another, its interpreter as it was then.</summary>
    /// <param name="id">The other one.</param>
    /// <param name="at">The number of the last event that both have; null for the last there is.</param>
    /// <param name="owner">Whose both are.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no event with this number.</exception>
    public async Task<LiveConversation> ForkAsync(string id, long? at, string owner, CancellationToken cancellationToken)
    {
        var origin = await OpenAsync(id, owner, cancellationToken);
        await _premises.Quotas.CheckConversationsAsync(owner, cancellationToken);
        var from = at ?? origin.Audience.Last;
        var fork = await _premises.Store.ForkAsync(id, from, owner, cancellationToken);
        return await GoOnAsync(origin, from, fork, cancellationToken);
    }

    /// <summary>A conversation of a reader's own that goes on from where one was shared.</summary>
    /// <exception cref="QuotaException">It would be one too many.</exception>
    public async Task<string> ContinueAsync(Share share, string owner, CancellationToken cancellationToken)
    {
        await _premises.Quotas.CheckConversationsAsync(owner, cancellationToken);
        var id = await _premises.Store.ForkAsync(share.Conversation, share.Last, owner, cancellationToken);
        _premises.Bulletin.Tell(owner);
        return id;
    }

    /// <summary>Another way that a conversation takes from an event on, as when a message is edited.</summary>
    public async Task<LiveConversation> BranchAsync(string id, long at, string owner, CancellationToken cancellationToken)
    {
        var origin = await OpenAsync(id, owner, cancellationToken);
        await _premises.Quotas.CheckConversationsAsync(owner, cancellationToken);
        return await GoOnAsync(origin, at, await _premises.Store.BranchAsync(id, at, cancellationToken), cancellationToken);
    }

    /// <summary>What a conversation does; one that nobody has used since the server was started is idle.</summary>
    public ConversationState StateOf(string id) =>
        _open.TryGetValue(id, out var opening) && opening is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
            ? opening.Value.Result.Audience.State
            : ConversationState.Idle;

    /// <summary>Gives a conversation with its branches another title.</summary>
    /// <exception cref="ArgumentException">The title is too short or too long.</exception>
    public async Task RenameAsync(string id, string title, string owner, CancellationToken cancellationToken)
    {
        await OpenAsync(id, owner, cancellationToken);
        await _premises.Store.RenameAsync(id, title, cancellationToken);
        _premises.Bulletin.Tell(owner);
    }

    /// <summary>Deletes a conversation with all its branches, their interpreters and their files.</summary>
    public async Task DeleteAsync(string id, string owner, CancellationToken cancellationToken)
    {
        await OpenAsync(id, owner, cancellationToken);
        foreach (var one in await _premises.Store.FamilyAsync(id, cancellationToken))
        {
            if (_open.TryRemove(one.Id, out var opening))
            {
                await (await opening.Value).EndAsync();
            }

            var files = _premises.FilesOf(one.Id);
            if (Directory.Exists(files))
            {
                Directory.Delete(files, recursive: true);
            }
        }

        await _premises.Store.DeleteAsync(id, DeletionExtent.Family, cancellationToken);
        _premises.Bulletin.Tell(owner);
    }

    /// <summary>Deletes all conversations of a user.</summary>
    public async Task DeleteAllAsync(string owner, CancellationToken cancellationToken)
    {
        var all = new ConversationQuery("", MostDeletedAtOnce) { Owner = owner, OnePerFamily = true, WithEmpty = true };
        while (await _premises.Store.FindAsync(all, cancellationToken) is { Count: > 0 } some)
        {
            foreach (var one in some)
            {
                await DeleteAsync(one.Id, owner, cancellationToken);
            }
        }
    }

    /// <summary>Goes on, in its own time, with the runs that the last server was in the middle of when it ended.</summary>
    /// <param name="failed">Is told of those that could not go on; they stay as they are.</param>
    public void TakeUp(Action<string, Exception> failed) => _takingUp = TakeUpAsync(failed, _ending.Token);

    private async Task TakeUpAsync(Action<string, Exception> failed, CancellationToken cancellationToken)
    {
        foreach (var latest in await _premises.Store.FindAsync(new ConversationQuery("", MostTakenUp), cancellationToken))
        {
            var last = await _premises.Store.ReadAsync(latest.Id, latest.Events - 1, cancellationToken)
                .LastOrDefaultAsync(cancellationToken);
            if (last?.Entry.Event is not (null or Agents.RunEnded or Agents.InterpreterRebuilt))
            {
                try
                {
                    await (await OpenAsync(latest.Id, latest.Owner, cancellationToken)).TakeUpAsync(cancellationToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    failed(latest.Id, failure);
                }
            }
        }
    }

    /// <summary>Waits for runs to end, and parks those that take too long.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync();
        await _ending.CancelAsync();
        await _takingUp.ContinueWith(_ => { }, TaskScheduler.Default);
        _ending.Dispose();
        using var grace = new CancellationTokenSource(_premises.Options.ShutdownGrace, _premises.Options.Time);
        await Task.WhenAll(Opened().Select(conversation => conversation.ParkAsync(grace.Token)));
    }

    /// <summary>Puts interpreters of an owner to sleep, the one first that was not used for longest, until another one may wake.</summary>
    private async Task MakeRoomAsync(string owner)
    {
        var most = _premises.Quotas.Sessions(owner);
        var awake = Opened().Where(conversation => conversation.Owner == owner && conversation.IsAwake).ToList();
        foreach (var conversation in awake.OrderBy(conversation => conversation.UsedAt).Take(Math.Max(0, awake.Count - most + 1)))
        {
            if (!await conversation.TryRestAsync())
            {
                throw new QuotaException($"All {most} interpreters that you may have are at work; wait for one, or stop it.");
            }
        }
    }

    private async Task<LiveConversation> GoOnAsync(LiveConversation origin, long at, string fork, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(fork, origin.Owner, cancellationToken);
        await opened.TakeOverAsync(origin, at, cancellationToken);
        return opened;
    }

    private Task SweepAsync() => Task.WhenAll(Opened().Select(conversation => conversation.RestAsync()));

    private IEnumerable<LiveConversation> Opened() => _open.Values
        .Where(opening => opening is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        .Select(opening => opening.Value.Result);
}
