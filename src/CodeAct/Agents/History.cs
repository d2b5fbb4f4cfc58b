using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>The messages that a model is sent, in the order that providers want: each call of a function has its result.</summary>
/// <remarks>A run and the log of a run make the same messages, for both make them here.</remarks>
internal sealed class History
{
    private readonly List<ChatMessage> _messages = [];
    private readonly List<string> _open = []; // IDs of calls that have no result yet

    public IReadOnlyList<ChatMessage> Messages => _messages;

    public void Add(ChatRole role, string text)
    {
        Close("the run ended before it");
        _messages.Add(new ChatMessage(role, text));
    }

    public void AddRange(IEnumerable<ChatMessage> messages) => _messages.AddRange(messages);

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

    /// <summary>What the model is shown of its action: a message, or the result of a call.</summary>
    public void Observe(ChatRole role, string text, string? callId)
    {
        if (callId is null)
        {
            _messages.Add(new ChatMessage(role, text));
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
