using CodeAct.Models;

namespace CodeAct.Agents;

public sealed partial class Agent
{
    /// <summary>Works until the model has given an answer of a type, by calling <c>final_answer(value)</c>.</summary>
    /// <remarks>A value that does not fit the type is an error that the model sees, with what is wrong, and it may call again.</remarks>
    /// <typeparam name="T">What <see cref="System.Text.Json"/> can read: nothing may be missing or too much.</typeparam>
    /// <param name="conversation">As in <see cref="RunAsync"/>.</param>
    /// <param name="task">The user's message.</param>
    /// <param name="watch">Is told what happens, as it happens; null for nobody.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="UnansweredException">The run ended without an answer.</exception>
    /// <exception cref="ModelException">The model could not be asked or broke off.</exception>
    /// <exception cref="Python.PythonUnavailableException">No interpreter could be had.</exception>
    public async Task<T> AskAsync<T>(Conversation conversation, string task, Action<AgentEvent>? watch, CancellationToken cancellationToken)
    {
        var typed = new TypedAnswer<T>();
        var before = conversation.Session.Tools;
        var asker = new Agent(model, _options with { Typed = typed, Tools = typed.Beside(_options.Tools ?? before) }, time);
        RunEnded? end = null;
        try
        {
            await foreach (var happened in asker.RunAsync(conversation, $"{task}\n\n{Prompts.CallFinalAnswer}", cancellationToken))
            {
                watch?.Invoke(happened);
                end = happened as RunEnded ?? end;
            }
        }
        finally
        {
            conversation.Session.Tools = before;
        }

        return end is { Reason: StopReason.Answered } ? typed.Value : throw new UnansweredException(end!);
    }
}

/// <summary>A run ended without the answer that was asked for.</summary>
public sealed class UnansweredException(RunEnded end) : Exception($"There is no answer: {Prompts.Why(end.Reason, end.Detail)}.")
{
    /// <summary>How it ended.</summary>
    public RunEnded End { get; } = end;
}
