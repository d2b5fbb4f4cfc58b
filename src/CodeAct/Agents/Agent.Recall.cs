namespace CodeAct.Agents;

public sealed partial class Agent
{
    /// <summary>Takes over a message and its answer that were given elsewhere; no model is asked, and nothing is counted.</summary>
    /// <remarks>For hosts whose clients bring what was said before. The model sees it as it sees its own earlier answers.</remarks>
    /// <param name="conversation">What was said before; this is added to it.</param>
    /// <param name="task">The user's message.</param>
    /// <param name="answer">The answer to it.</param>
    /// <returns>What a log keeps of it: a run that began, replied and ended.</returns>
    public IReadOnlyList<AgentEvent> Recall(Conversation conversation, string task, string answer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(task);
        return new Run(model, conversation, _options, time).Recall(task, answer);
    }
}
