using CodeAct.Agents;

namespace CodeAct.Conversations;

/// <summary>One event of a conversation and when it happened.</summary>
public sealed record LogEntry(DateTimeOffset At, AgentEvent Event);
