using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using CodeAct.Actions;
using CodeAct.Agents.Modes;
using CodeAct.Models;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>One message of the user on its way to an answer: what has been spent, and why it stopped.</summary>
internal sealed partial class Run(Model model, Conversation conversation, AgentOptions options, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly ActionMode _mode = options.Mode;
    private readonly ActionSetting _setting = new(
        new ToolCatalog(options.Tools ?? conversation.Session.Tools), options.Persistent, options.MaxTurns)
    {
        ListBudget = options.ToolListBudget,
    };


    // A token is rarely less than a character, so an observation of this length fits even the smallest context.
    private readonly int _observationBudget =
        Math.Min(options.ObservationBudget, Math.Max(100, model.ContextTokens ?? int.MaxValue));
    private ChatOptions? _chatOptions;
    private int _turns;
    private int _cells;
    private int _calls;
    private readonly StuckDetector _stuck = new(options.StuckAfter);
    private int _unreadable;
    private int _wrong;
    private bool _isWarned;
    private bool _overflowed;
    private string? _lastError;
    private string? _detail;
    private long _inputTokens;
    private long _outputTokens;
    private string? _answer;
    private JsonNode? _task;

    /// <summary>Why the run is over; null while it goes on.</summary>
    public StopReason? Stop { get; set; }

    public RunStarted Begin(string task)
    {
        var system = options.SystemPrompt ?? model.SystemPrompt ?? _mode.Prompt(_setting);
        system = options.Instructions is { } instructions ? Prompts.Join(system, instructions) : system;
        if (conversation.Messages.Count == 0 && system.Length > 0)
        {
            conversation.History.Add(ChatRole.System, system);
        }

        var files = conversation.Session.Workspace.Files();
        var unseen = files.Except(conversation.Shown).ToList();
        conversation.Shown.UnionWith(files);
        conversation.History.AddTask(
            conversation.TakeNote() + Prompts.Message(task, files),
            model.SeesImages ? Pictures.Of(conversation.Session.Workspace, unseen) : []);
        _task = JsonValue.Create(task);
        var given = conversation.Session.Workspace.TakeGiven();
        return new RunStarted(task, files, model.Name, system)
        {
            Mode = _mode is CodeMode ? null : _mode.Name,
            Stateless = options.Persistent ? null : true,
            Endpoint = model.Endpoint,
            Tools = options.Sources,
            Given = given,
        };
    }

    /// <summary>One reply of the model, and the actions that it asks for.</summary>
    public async IAsyncEnumerable<AgentEvent> TurnAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await SetVariablesAsync(cancellationToken))
        {
            yield break;
        }

        if (_overflowed || IsNearlyFull)
        {
            if (await CompactAsync(cancellationToken) is { } compacted)
            {
                yield return compacted;
            }
            else if (_overflowed)
            {
                Stop = StopReason.ContextFull;
                yield break;
            }
        }

        _overflowed = false;
        var reader = _mode.Read(_setting);
        var reply = new ReplyTally(time);
        await foreach (var text in ReplyAsync(reader, reply, cancellationToken))
        {
            yield return text;
        }

        if (_overflowed || Stop is not null || cancellationToken.IsCancellationRequested)
        {
            yield break;
        }

        var read = reader.Complete(reply.Finish);
        var ended = reply.End(read.Text) with { ActionAt = read.ActionAt, Calls = read.Calls };
        _turns++;
        _inputTokens += ended.InputTokens ?? 0;
        _outputTokens += ended.OutputTokens;
        _took = ended.InputTokens is { } input ? input + ended.OutputTokens : 0;
        conversation.History.Reply(ended.Text, ended.Calls);
        yield return ended;
        await foreach (var happened in ActAllAsync(read.Actions, cancellationToken))
        {
            yield return happened;
        }
    }

    private async IAsyncEnumerable<AgentEvent> ActAllAsync(
        IReadOnlyList<Reply> actions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var action in actions.TakeWhile(_ => Stop is null && !cancellationToken.IsCancellationRequested))
        {
            await foreach (var happened in ActAsync(action, cancellationToken))
            {
                yield return happened;
            }

            if (options.Typed?.Json is { } json)
            {
                (_answer, Stop) = (json, StopReason.Answered);
            }
        }

        Stop ??= _turns >= options.MaxTurns ? StopReason.TurnLimit
            : _outputTokens >= options.MaxTokens ? StopReason.TokenLimit
            : options.Price?.Of(_inputTokens, _outputTokens) >= options.MaxCost ? StopReason.CostLimit
            : null;
    }

    public RunEnded End()
    {
        var reason = Stop ?? throw new UnreachableException();
        if (reason is not StopReason.Answered)
        {
            conversation.History.Add(ChatRole.Assistant, Prompts.Stopped(Prompts.Why(reason)));
        }

        var totals = new RunTotals(_turns, _cells, _inputTokens, _outputTokens, time.GetElapsedTime(_started))
        {
            Calls = _calls > 0 ? _calls : null,
            Cost = options.Price?.Of(_inputTokens, _outputTokens),
        };
        return new RunEnded(reason, _answer, totals) { Detail = _detail };
    }

    /// <summary>What <see cref="Agent.Recall"/> takes over.</summary>
    public IReadOnlyList<AgentEvent> Recall(string task, string answer)
    {
        var begun = Begin(task);
        (_answer, Stop) = (answer, StopReason.Answered);
        conversation.History.Reply(answer, null);
        return [begun, new ReplyEnded(answer, null, 0, TimeSpan.Zero, TimeSpan.Zero), End()];
    }

    private async IAsyncEnumerable<AgentEvent> ReplyAsync(
        IReplyReader reader, ReplyTally reply, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _asked = conversation.History.Length;
        await using var updates = model.Client
            .GetStreamingResponseAsync(conversation.Messages, _chatOptions ??= Asked(), cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (!reader.Found && await MoveNextAsync(updates, cancellationToken))
        {
            reply.Take(updates.Current);
            reader.Take(updates.Current);
            if (updates.Current.Text is { Length: > 0 } text)
            {
                yield return new ModelText(text) { Thought = reader.TakeThought(), InAction = reader.InAction };
            }
        }
    }

    private ChatOptions Asked()
    {
        var asked = new ChatOptions
        {
            MaxOutputTokens = Math.Min(options.MaxReplyTokens, Math.Max(1, (model.ContextTokens ?? int.MaxValue) / 2)),
            Temperature = options.Temperature,
            Seed = options.Seed,
        };
        _mode.Configure(asked, _setting);
        return asked;
    }

    // The interpreter keeps these, so that code can take data from the task's text instead of writing it again.
    private async Task<bool> SetVariablesAsync(CancellationToken cancellationToken)
    {
        if (_turns > 0)
        {
            return true;
        }

        try
        {
            var files = new JsonArray([.. conversation.Session.Workspace.Files().Select(file => JsonValue.Create(file))]);
            await conversation.Session.SetVariableAsync("task", _task, cancellationToken);
            await conversation.Session.SetVariableAsync("files", files, cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask<bool> MoveNextAsync<T>(IAsyncEnumerator<T> source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.MoveNextAsync();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (ContextOverflowException)
        {
            _overflowed = true;
            return false;
        }
    }
}
