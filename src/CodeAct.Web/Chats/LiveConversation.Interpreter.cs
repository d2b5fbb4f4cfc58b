using CodeAct.Agents;
using CodeAct.Conversations.Replay;
using CodeAct.Python;
using CodeAct.Telemetry;
using CodeAct.Web.Users;

namespace CodeAct.Web.Chats;

internal sealed partial class LiveConversation
{
    private const int LongestName = 200; // characters

    private readonly Dictionary<long, Checkpoint> _points = []; // by the number of the last event before a message; guarded by _interpreter
    private IPythonSession? _session; // null while it sleeps

    /// <summary>True when it has an interpreter now.</summary>
    public bool IsAwake => _session is not null;

    /// <summary>Its interpreter, rebuilt from the log when it sleeps. It stays with the conversation.</summary>
    /// <exception cref="ConversationBusyException">A call waits for an approval since before the server's start: answer it.</exception>
    /// <exception cref="PythonUnavailableException">There is none to be had.</exception>
    /// <exception cref="QuotaException">The owner has as many as one may have, all of them at work.</exception>
    public async Task<IPythonSession> WakeAsync(CancellationToken cancellationToken)
    {
        Touch();
        if (_session is { } awake)
        {
            return awake;
        }

        await _interpreter.WaitAsync(cancellationToken);
        try
        {
            if (_session is null)
            {
                if (Audience.State is ConversationState.Waiting)
                {
                    throw new ConversationBusyException(Id);
                }

                await _makeRoom(Owner);
                _session = await RebuildAsync(cancellationToken);
            }

            return _session;
        }
        finally
        {
            _interpreter.Release();
        }
    }

    /// <summary>Goes on in a fresh interpreter: variables are gone, files stay, and the model is told so with the next message.</summary>
    /// <exception cref="ConversationBusyException">A message is being worked on.</exception>
    /// <exception cref="PythonUnavailableException">There is none to be had.</exception>
    public async Task RestartInterpreterAsync(CancellationToken cancellationToken)
    {
        var run = await BeginAsync(cancellationToken);
        try
        {
            await (await WakeAsync(cancellationToken)).RestartAsync(cancellationToken);
            _conversation = null; // the next one is read from the log, which says it
            await _interpreter.WaitAsync(cancellationToken);
            _points.Clear();
            _interpreter.Release();
            if (Audience.Last > 0)
            {
                await RecordAsync(new InterpreterRebuilt([], ["The user restarted it: all variables are gone, the files stay."]));
            }
        }
        finally
        {
            End(run);
        }
    }

    /// <summary>Gives the conversation a file: it is kept, and copied into the workspace.</summary>
    /// <param name="name">Its name; what stands before the last slash does not count.</param>
    /// <param name="contents">Read to its end; not disposed.</param>
    /// <param name="cancellationToken">Stops it; nothing is kept then.</param>
    /// <returns>Its name in the workspace, with a number added when there is another one of its name.</returns>
    /// <exception cref="ArgumentException">That is no name of a file.</exception>
    /// <exception cref="IOException">The workspace is full; nothing is kept then.</exception>
    /// <exception cref="QuotaException">The owner's room is used up.</exception>
    public async Task<string> AddFileAsync(string name, Stream contents, CancellationToken cancellationToken)
    {
        var last = name.Split('/', '\\')[^1];
        if (last is "" or "." or ".." || last.Length > LongestName || last.Any(char.IsControl))
        {
            throw new ArgumentException($"'{name}' is no name of a file; take one of 1 to {LongestName} characters.", nameof(name));
        }

        await _premises.Quotas.CheckFilesAsync(Owner, cancellationToken);
        var session = await WakeAsync(cancellationToken);
        var directory = Directory.CreateDirectory(Path.Combine(_premises.FilesOf(Id), Guid.CreateVersion7().ToString("N"))).FullName;
        try
        {
            var path = Path.Combine(directory, last);
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
            {
                await contents.CopyToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            var added = await session.Workspace.AddFileAsync(path, cancellationToken);
            Audience.Tell(new FileGiven(added));
            return added;
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Goes on as another conversation was at one of its events: at once where it has a checkpoint, else by a rebuild.</summary>
    public async Task TakeOverAsync(LiveConversation origin, long at, CancellationToken cancellationToken)
    {
        await _makeRoom(Owner); // it may be the origin that has to sleep for it
        await origin._interpreter.WaitAsync(cancellationToken);
        try
        {
            if (origin._session is { } session && origin._points.TryGetValue(at, out var point))
            {
                _session = await session.ForkAsync(point, cancellationToken);
                _session.Tools = _premises.Tools?.Tools;
            }
        }
        catch (CheckpointException)
        {
            // It was given up for room; the log is there.
        }
        finally
        {
            origin._interpreter.Release();
        }
    }

    private async Task KeepPointAsync(IPythonSession session, CancellationToken cancellationToken)
    {
        if (session.Capabilities.Checkpoints)
        {
            await _interpreter.WaitAsync(cancellationToken);
            try
            {
                _points[Audience.Last] = await session.CheckpointAsync(cancellationToken);
            }
            catch (CheckpointException)
            {
                // What cannot be kept, such as a running thread, is rebuilt from the log when somebody wants to go back.
            }
            finally
            {
                _interpreter.Release();
            }
        }
    }

    private async Task<IPythonSession> RebuildAsync(CancellationToken cancellationToken)
    {
        var events = await EventsAsync(cancellationToken);
        Audience.Prepare(events.Count == 0 ? "starting the interpreter" : "rebuilding the interpreter");
        var session = await StartAsync(cancellationToken);
        try
        {
            if (events.Count > 0)
            {
                await RecordAsync(await Rebuild.RunAsync(events, session, Options.Agent.CellTimeout, cancellationToken));
            }

            await AddUnusedFilesAsync(events, session.Workspace, cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
        finally
        {
            Audience.Prepare(null);
        }
    }

    private async Task<IPythonSession> StartAsync(CancellationToken cancellationToken)
    {
        var session = await _premises.Engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        session.Tools = _premises.Tools?.Tools;
        return session.Watched(Options.Telemetry);
    }

    // What was given since the last message, which alone is not in the log.
    private async Task AddUnusedFilesAsync(IReadOnlyList<AgentEvent> events, Workspace workspace, CancellationToken cancellationToken)
    {
        var directory = _premises.FilesOf(Id);
        var used = events.OfType<RunStarted>().SelectMany(run => run.Given ?? []).Select(given => given.Source).ToHashSet();
        var given = Directory.Exists(directory) ? Directory.GetFiles(directory, "*", SearchOption.AllDirectories) : [];
        foreach (var path in given.Order().Where(path => !used.Contains(path))) // their directories are named by the time
        {
            await workspace.AddFileAsync(path, cancellationToken);
        }
    }

    private async Task SleepAsync(CancellationToken cancellationToken)
    {
        await _interpreter.WaitAsync(cancellationToken);
        try
        {
            _points.Clear();
            _conversation = null;
            if (Interlocked.Exchange(ref _session, null) is { } session)
            {
                await session.DisposeAsync();
            }
        }
        finally
        {
            _interpreter.Release();
        }
    }
}
