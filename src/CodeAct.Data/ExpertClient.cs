using System.Runtime.CompilerServices;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.Data;

/// <summary>The expert as a model: asked like one, it replies with the next action of a task, or with the answer.</summary>
/// <remarks>So that what is recorded is what the agent itself sends and keeps.</remarks>
internal sealed class ExpertClient : IChatClient
{
    private readonly Queue<Func<string, string>> _replies = [];

    /// <param name="task">What it solves.</param>
    /// <param name="skip">Replies at the start that it does not give, because someone else did.</param>
    public ExpertClient(DataTask task, int skip = 0)
    {
        var detoured = false;
        foreach (var turn in task.Turns)
        {
            var steps = turn.Steps;
            if (task.Detour is { } number && turn.Detours.Count > 0 && !detoured)
            {
                detoured = true;
                steps = turn.Detours[number % turn.Detours.Count];
            }

            foreach (var step in steps)
            {
                _replies.Enqueue(_ => Written(step));
                Raises.Add(step.Raises);
            }

            _replies.Enqueue(turn.Answer);
        }

        for (; skip > 0; skip--)
        {
            _replies.Dequeue();
        }
    }

    /// <summary>For each action, the exception that it is to raise when it is wrong on purpose.</summary>
    public List<string?> Raises { get; } = [];

    public static ChatRole Observation { get; } = new("observation");

    public static Model ModelOf(IChatClient client) =>
        new("expert", client) { ObservationRole = Observation, SystemPrompt = TaskMix.SystemPrompt };

    public static string Written(Step step) => $"{step.Thought}\n<execute>\n{step.Code}\n</execute>";

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask;
        yield return new ChatResponseUpdate(ChatRole.Assistant, _replies.Dequeue()(messages.Last().Text))
        {
            FinishReason = ChatFinishReason.Stop,
        };
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
