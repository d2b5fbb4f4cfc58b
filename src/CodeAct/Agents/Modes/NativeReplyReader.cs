using System.Text;
using System.Text.Json;
using CodeAct.Actions;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents.Modes;

/// <summary>Reads replies whose actions are function calls of the provider's.</summary>
/// <param name="names">The tools' names by the provider's.</param>
internal sealed class NativeReplyReader(IReadOnlyDictionary<string, string> names) : IReplyReader
{
    private const string WhatToDo = "Call a function, or answer.";

    private readonly StringBuilder _text = new();
    private readonly List<FunctionCallContent> _calls = [];
    private string _new = "";

    public bool Found => false; // further calls may come

    public bool InAction => _calls.Count > 0;

    public void Take(ChatResponseUpdate update)
    {
        _text.Append(update.Text);
        _new += update.Text;
        _calls.AddRange(update.Contents.OfType<FunctionCallContent>());
    }

    public string TakeThought()
    {
        var thought = _new;
        _new = "";
        return thought;
    }

    public ReadReply Complete(ReplyFinish finish)
    {
        var text = _text.ToString();
        if (_calls.Count == 0)
        {
            return new ReadReply(text, null, [Spoken(text.Trim(), finish)]);
        }

        var calls = _calls.Select((call, index) => Named(call, index)).ToList();
        return new ReadReply(text, text.Length, [.. calls.Zip(_calls, (call, content) => Act(text.Trim(), call, content, finish))])
        {
            Calls = calls,
        };
    }

    private static Reply Spoken(string text, ReplyFinish finish) => (text, finish) switch
    {
        ("", ReplyFinish.TokenLimit) => new Unreadable($"Your reply was cut off at the token limit before a call was complete. {WhatToDo}"),
        ("", _) => new Unreadable($"Your reply was empty. {WhatToDo}"),
        (_, ReplyFinish.TokenLimit) => new Unreadable("Your reply was cut off at the token limit. Write a shorter one."),
        _ => new Answer(text),
    };

    // Some servers give no ID, or the same one twice.
    private NativeCall Named(FunctionCallContent call, int index)
    {
        var isNew = call.CallId.Length > 0 && _calls.FindIndex(other => other.CallId == call.CallId) == index;
        var arguments = JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions);
        return new NativeCall(isNew ? call.CallId : $"call-{Guid.CreateVersion7():N}", call.Name, arguments);
    }

    private Reply Act(string thought, NativeCall call, FunctionCallContent content, ReplyFinish finish)
    {
        if (content.Exception is { } wrong)
        {
            var why = finish is ReplyFinish.TokenLimit ? "they were cut off at the token limit" : (wrong.InnerException ?? wrong).Message;
            return new Unreadable($"The arguments of {call.Name} were no JSON object, so it was not called: {why}") { CallId = call.Id };
        }

        using var arguments = JsonDocument.Parse(call.Arguments);
        return new ToolAction(thought, names.GetValueOrDefault(call.Name, call.Name), arguments.RootElement.Clone()) { CallId = call.Id };
    }
}
