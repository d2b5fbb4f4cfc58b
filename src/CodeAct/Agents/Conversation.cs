using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>What user and agent have said so far, with the one interpreter in which they work.</summary>
/// <remarks>One run at a time. The session stays with whoever made it.</remarks>
/// <param name="session">Where the conversation's cells run.</param>
public sealed class Conversation(IPythonSession session)
{
    private readonly List<ChatMessage> _messages = [];

    /// <summary>Where the conversation's cells run.</summary>
    public IPythonSession Session { get; } = session;

    /// <summary>What the model is sent: the system prompt, then user, assistant and observations in turn.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    internal void Add(ChatRole role, string text) => _messages.Add(new ChatMessage(role, text));
}
