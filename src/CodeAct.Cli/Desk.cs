using CodeAct.Agents;
using CodeAct.Cli.Terminal;
using CodeAct.Conversations;
using CodeAct.Conversations.Replay;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.Telemetry;

namespace CodeAct.Cli;

/// <summary>Everything that a conversation at the command line needs: model, interpreter, log, and a way out for files.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private readonly AgentSettings _settings;
    private readonly Model _model;
    private readonly PythonEngine _engine;
    private readonly IConversationStore _store;
    private readonly TimeProvider _time;
    private readonly Action<string> _tellId;
    private readonly Agent _agent;
    private readonly OutputFiles _output;
    private readonly Exporting _exporting = Exporting.OfEnvironment();
    private readonly Toolkit _toolkit;
    private Conversation _conversation;
    private ConversationRecorder? _recorder; // from the first message on
    private long _recordedAfter; // the number of its last event before that

    private Desk(AgentSettings settings, Parts parts, Approvals approvals, Action<string> tellId, TimeProvider time)
    {
        var (model, engine, session, store, toolkit) = parts;
        (Approvals, _toolkit) = (approvals, toolkit);
        (_settings, _engine, _store, _tellId, _time) = (settings, engine, store, tellId, time);
        _model = model.Watched(_exporting.Options);
        var options = settings.Options with
        {
            Tools = toolkit.Tools,
            Instructions = toolkit.Instructions,
            Approver = approvals.DecideAsync,
        };
        _agent = new Agent(_model, options, time);
        _output = new OutputFiles(settings.Session.OutDirectory);
        _conversation = new Conversation(session.Watched(_exporting.Options));
    }

    private sealed record Parts(Model Model, PythonEngine Engine, IPythonSession Session, IConversationStore Store, Toolkit Toolkit);

    /// <summary>The conversation's ID; null before its first message.</summary>
    public string? Id => _recorder?.Id;

    /// <summary>Decides about calls that need an approval.</summary>
    public Approvals Approvals { get; }

    /// <summary>Where conversations are kept.</summary>
    public IConversationStore Store => _store;

    /// <summary>The files of the interpreter.</summary>
    public Workspace Workspace => _conversation.Session.Workspace;

    /// <summary>Starts the interpreter while the model loads, and shows that on the screen's status line.</summary>
    /// <param name="settings">What with.</param>
    /// <param name="tellId">Is told the ID of each conversation that begins.</param>
    /// <param name="screen">Has the status line.</param>
    /// <param name="interrupts">Ctrl-C.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Desk> OpenAsync(
        AgentSettings settings, Action<string> tellId, Screen screen, Interrupts interrupts, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var store = await settings.Store.OpenAsync(cancellationToken);
        var loaded = 0.0;
        screen.Status(() => loaded is > 0 and < 1
            ? $"loading the model · {loaded:0%}"
            : "starting the interpreter and the model");
        using var hopeless = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var chosen = settings.Model with
        {
            Progress = new Told(part => loaded = part),
            Tell = text => screen.Line(text, Look.Warning),
        };
        var model = chosen.LoadAsync(hopeless.Token);
        var engine = PythonEngine.StartAsync(
            settings.Session.Engine with { Time = time }, hopeless.Token);
        try
        {
            if ((await Task.WhenAny(model, engine)).IsFaulted)
            {
                await hopeless.CancelAsync(); // the error need not wait for the other
            }

            await Task.WhenAll(model, engine);
            var session = await settings.Session.StartAsync(await engine, cancellationToken);
            var toolkit = await Toolkit.OpenAsync(settings.Options.Sources, await engine, cancellationToken);
            var approvals = new Approvals(settings.Approve, screen, interrupts.Press);
            return new Desk(settings, new Parts(await model, await engine, session, store, toolkit), approvals, tellId, time);
        }
        catch
        {
            await store.DisposeAsync();
            if (engine.IsCompletedSuccessfully)
            {
                await (await engine).DisposeAsync();
            }

            if (model.IsCompletedSuccessfully)
            {
                (await model).Dispose();
            }

            throw;
        }
        finally
        {
            screen.Status(null);
        }
    }

    /// <summary>Lets the agent take up a message, and shows, writes down and saves what comes of it.</summary>
    /// <remarks>Ctrl-C interrupts a running cell, or else the run; twice within two seconds always the run.</remarks>
    public async Task<RunEnded> RunAsync(
        string message, IRunView view, Interrupts interrupts, CancellationToken cancellationToken)
    {
        _recorder ??= Record(await _store.BeginAsync(owner: "", cancellationToken), 0);
        return await FollowAsync(stop => _agent.RunAsync(_conversation, message, stop), view, interrupts, cancellationToken);
    }

    private async Task<RunEnded> FollowAsync(
        Func<CancellationToken, IAsyncEnumerable<AgentEvent>> run,
        IRunView view,
        Interrupts interrupts,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var session = _conversation.Session;
        var inCell = false;
        using var ctrlC = interrupts.GoTo(again =>
        {
            if (inCell && !again)
            {
                session.Interrupt();
            }
            else
            {
                stop.Cancel();
            }

            return true;
        });
        RunEnded? end = null;
        var recorder = _recorder!;
        await foreach (var happened in run(stop.Token).Watched(_model, recorder.Id, _exporting.Options).WithCancellation(stop.Token))
        {
            inCell = happened is CellStarted || (inCell && happened is not CellFinished);
            end = happened as RunEnded ?? end;
            await recorder.AddAsync(happened, CancellationToken.None);
            view.Show(happened);
            var shown = happened is CellOutput(var output) ? output : (happened as CellFinished)?.Result;
            foreach (var path in shown is null ? [] : _output.Take(shown, session.Workspace))
            {
                view.Saved(path);
            }
        }

        return end ?? throw new System.Diagnostics.UnreachableException("A run ended without its end.");
    }

    /// <summary>Begins anew: an empty conversation and a fresh interpreter with the files it began with.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        var session = await _settings.Session.StartAsync(_engine, cancellationToken);
        await _conversation.Session.DisposeAsync();
        _conversation = new Conversation(session.Watched(_exporting.Options));
        await EndRecordingAsync();
    }

    /// <summary>Goes on with a conversation of the store: its messages, and its interpreter as far as it can be rebuilt.</summary>
    public async Task ResumeAsync(ConversationSummary resumed, IRunView view, CancellationToken cancellationToken)
    {
        var events = await _store.ReadAsync(resumed.Id, cancellationToken)
            .Select(stored => stored.Entry.Event)
            .ToListAsync(cancellationToken);
        _conversation.Session.Tools = _toolkit.Tools;
        var rebuilt = await Rebuild.RunAsync(events, _conversation.Session, _settings.Options.CellTimeout, cancellationToken);
        _conversation = Transcript.Resume(events, _model, _conversation.Session, rebuilt);
        _recorder = Record(resumed.Id, resumed.Events);
        await _recorder.AddAsync(rebuilt, cancellationToken);
        view.Show(rebuilt);
    }

    /// <summary>Goes on with the run of a conversation that waits for an approval, at the call that waits.</summary>
    public async Task<RunEnded> ContinueAsync(
        ConversationSummary resumed, IRunView view, Interrupts interrupts, CancellationToken cancellationToken)
    {
        var events = await _store.ReadAsync(resumed.Id, cancellationToken)
            .Select(stored => stored.Entry.Event)
            .ToListAsync(cancellationToken);
        var pending = PendingApproval.Of(events)
            ?? throw new InvalidOperationException($"Conversation {resumed.Id} waits for no approval any more.");
        var session = _conversation.Session;
        session.Tools = _toolkit.Tools;
        var paused = await pending.RebuildAsync(session, _settings.Options.CellTimeout, cancellationToken);
        _conversation = Transcript.Continue(paused, _model, session);
        _recorder = Record(resumed.Id, resumed.Events);
        return await FollowAsync(stop => _agent.ContinueAsync(_conversation, paused, stop), view, interrupts, cancellationToken);
    }

    /// <summary>Lets the agent take up the messages of a conversation of the store again, in a new one that remembers it.</summary>
    /// <exception cref="IOException">A file that it worked with is not the same any more, and was not given.</exception>
    public async Task<RunEnded> RerunAsync(
        ConversationSummary earlier, IRunView view, Interrupts interrupts, CancellationToken cancellationToken)
    {
        var runs = await _store.ReadAsync(earlier.Id, cancellationToken)
            .Select(stored => stored.Entry.Event)
            .OfType<RunStarted>()
            .ToListAsync(cancellationToken);
        RunEnded? end = null;
        foreach (var run in runs)
        {
            await Rebuild.AddFilesAsync(run, Workspace, cancellationToken);
            var needed = end is null ? run.Files : [.. (run.Given ?? []).Select(given => given.Name)];
            if (needed.Except(Workspace.Files(), StringComparer.Ordinal).FirstOrDefault() is { } missing)
            {
                throw new FileNotFoundException(
                    $"Conversation {earlier.Id} worked with '{missing}', which is gone from where it was or has changed; "
                    + "give it with --file.");
            }

            _recorder ??= Record(await _store.ForkAsync(earlier.Id, 0, owner: "", cancellationToken), 0);
            end = await RunAsync(run.Task, view, interrupts, cancellationToken);
            if (end.Reason is StopReason.Interrupted)
            {
                break;
            }
        }

        return end ?? throw new InvalidOperationException($"Conversation {earlier.Id} has no message that could be asked again.");
    }

    private ConversationRecorder Record(string id, long after)
    {
        _tellId(id);
        _recordedAfter = after;
        return new ConversationRecorder(_store, id, after, _time);
    }

    private async Task EndRecordingAsync()
    {
        if (_recorder is { } recorder)
        {
            _recorder = null;
            await recorder.DisposeAsync();
            if (_settings.Trace is { } trace)
            {
                await trace.WriteAsync(_store, recorder.Id, _recordedAfter, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndRecordingAsync();
        }
        finally
        {
            await _store.DisposeAsync();
            await _conversation.Session.DisposeAsync();
            await _toolkit.DisposeAsync();
            await _engine.DisposeAsync();
            _model.Dispose();
            _exporting.Dispose();
        }
    }

    private sealed class Told(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
