using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>The messages that a model is sent, in the order that providers want: each call of a function has its result.</summary>
/// <remarks>A run and the log of a run make the same messages, for both make them here.</remarks>
internal sealed class History
{
    private readonly List<ChatMessage> _messages = [];
    private readonly List<string> _open = []; // IDs of calls that have no result yet
    private readonly List<int> _tasks = []; // where the user's messages are
    private string _task = ""; // the last of them, without a note

    public IReadOnlyList<ChatMessage> Messages => _messages;

    public void Add(ChatRole role, string text)
    {
        Close("the run ended before it");
        _messages.Add(new ChatMessage(role, text));
    }

    /// <summary>A message of the user, with which a run begins.</summary>
    public void AddTask(string text, IReadOnlyList<AIContent> pictures)
    {
        Add(ChatRole.User, text);
        _messages[^1].Contents = [.. _messages[^1].Contents, .. pictures];
        _tasks.Add(_messages.Count - 1);
        _task = text;
    }

    /// <summary>Takes over what was said in another history.</summary>
    public void TakeOver(History other)
    {
        _messages.AddRange(other._messages);
        _tasks.AddRange(other._tasks);
        _task = other._task;
        _open.AddRange(other._open);
    }

    /// <summary>Characters of all messages.</summary>
    public long Length => _messages.Sum(message => message.Contents.Sum(Size));

    /// <summary>Whether <see cref="Compact"/> would leave out something.</summary>
    public bool CanCompact(int keep) => _tasks.Count > 0 && Kept(keep).Count < _messages.Count;

    /// <summary>
    /// Leaves out what came between earlier tasks and their answers, and all but the last steps (a reply and what came of it) of this
    /// task, to which a note is added in place of an earlier one.
    /// </summary>
    /// <returns>How many messages are left out.</returns>
    public int Compact(int keep, string note)
    {
        var kept = Kept(keep);
        var dropped = _messages.Count - kept.Count;
        var tasks = _tasks.Select(index => _messages[index]).ToHashSet();
        _messages.Clear();
        _messages.AddRange(kept);
        _tasks.Clear();
        _tasks.AddRange(_messages.Index().Where(one => tasks.Contains(one.Item)).Select(one => one.Index));
        var pictures = _messages[_tasks[^1]].Contents.OfType<DataContent>();
        _messages[_tasks[^1]] = new ChatMessage(ChatRole.User, [new TextContent($"{_task}\n\n{note}"), .. pictures]);
        return dropped;
    }

    private List<ChatMessage> Kept(int keep)
    {
        var kept = _messages[.._tasks[0]];
        foreach (var (number, begin) in _tasks.Index())
        {
            var isLast = number == _tasks.Count - 1;
            var steps = _messages[(begin + 1)..(isLast ? _messages.Count : _tasks[number + 1])];
            var replies = steps.Index().Where(step => step.Item.Role == ChatRole.Assistant).Select(step => step.Index).ToList();
            var from = replies is [] ? 0 : replies[^Math.Min(isLast ? keep : 1, replies.Count)];
            kept.Add(_messages[begin]);
            kept.AddRange(steps[from..]);
        }

        return kept;
    }

    private static long Size(AIContent content) => content switch
    {
        TextContent text => text.Text.Length,
        FunctionCallContent call => call.Name.Length + (call.Arguments?.Sum(argument => $"{argument.Value}".Length) ?? 0),
        FunctionResultContent result => $"{result.Result}".Length,
        _ => 0,
    };

    /// <summary>What the model said, with the functions that it called by its provider's means.</summary>
    public void Reply(string text, IReadOnlyList<NativeCall>? calls)
    {
        Close("the run ended before it");
        if (calls is null)
        {
            _messages.Add(new ChatMessage(ChatRole.Assistant, text));
            return;
        }

        AIContent[] said = text.Length > 0 ? [new TextContent(text)] : [];
        _messages.Add(new ChatMessage(ChatRole.Assistant, [.. said, .. calls.Select(Content)]));
        _open.AddRange(calls.Select(call => call.Id));
    }

    /// <summary>What the model is shown of its action: a message, or the result of a call, which has no room for pictures.</summary>
    public void Observe(ChatRole role, string text, string? callId, params IReadOnlyList<AIContent> pictures)
    {
        if (callId is null)
        {
            _messages.Add(new ChatMessage(role, [new TextContent(text), .. pictures]));
        }
        else if (_open.Remove(callId))
        {
            _messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(callId, text)]));
        }
    }

    /// <summary>Says of the actions of the last reply that were not carried out why that is.</summary>
    public void NotRun(ChatRole role, string note)
    {
        if (_open.Count == 0)
        {
            _messages.Add(new ChatMessage(role, Prompts.Observed(role, note)));
        }

        CloseWith(note);
    }

    private void Close(string why) => CloseWith($"[not run: {why}]");

    private void CloseWith(string note)
    {
        foreach (var id in _open.ToArray())
        {
            Observe(ChatRole.Tool, note, id);
        }
    }

    private static FunctionCallContent Content(NativeCall call) => new(
        call.Id, call.Name, JsonSerializer.Deserialize<Dictionary<string, object?>>(call.Arguments, AIJsonUtilities.DefaultOptions));
}
