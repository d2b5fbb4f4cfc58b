using System.Runtime.CompilerServices;
using CodeAct.Models;

namespace CodeAct.Agents;

/// <summary>Solves tasks by letting a model write Python, step by step, until it answers.</summary>
/// <remarks>Holds no state of a conversation, so one agent may serve many at the same time.</remarks>
/// <param name="model">Writes the code and the answer; stays with whoever made it.</param>
/// <param name="options">The limits.</param>
/// <param name="time">Measures time and the time limit.</param>
/// <exception cref="NotSupportedException">The model cannot act in the mode; the message says why.</exception>
public sealed partial class Agent(Model model, AgentOptions options, TimeProvider time)
{
    private readonly AgentOptions _options = Possible(model, options);

    /// <summary>Takes up a message of the user and works until an answer or a limit.</summary>
    /// <param name="conversation">What was said before; this run is added to it.</param>
    /// <param name="task">The user's message.</param>
    /// <param name="cancellationToken">Ends the run with <see cref="StopReason.Interrupted"/>, not with an exception.</param>
    /// <returns>What happens, as it happens; the last event is <see cref="RunEnded"/>.</returns>
    /// <exception cref="ModelException">The model could not be asked or broke off.</exception>
    /// <exception cref="Python.PythonUnavailableException">No interpreter could be had.</exception>
    public async IAsyncEnumerable<AgentEvent> RunAsync(
        Conversation conversation, string task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(task);
        using var timer = new CancellationTokenSource(_options.MaxTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var run = new Run(model, conversation, _options, time);
        yield return run.Begin(task);
        while (run.Stop is null)
        {
            await foreach (var happened in run.TurnAsync(either.Token))
            {
                yield return happened;
            }

            if (either.IsCancellationRequested)
            {
                run.Stop ??= cancellationToken.IsCancellationRequested ? StopReason.Interrupted : StopReason.TimeLimit;
            }
        }

        yield return run.End();
    }

    private static AgentOptions Possible(Model model, AgentOptions options)
    {
        if (options.Mode is NativeMode && !model.CallsFunctions)
        {
            throw new NotSupportedException(
                $"{model.Name} cannot be asked to call functions, so there is no native mode for it; take json or code.");
        }

        if (options.MaxCost is not null && options.Price is null)
        {
            throw new ArgumentException($"A limit of cost needs the price of {model.Name}; give AgentOptions.Price.", nameof(options));
        }

        var isTrained = model.SystemPrompt is not null && options.SystemPrompt is null;
        if (isTrained && (options.Mode != ActionMode.Code || !options.Persistent))
        {
            throw new NotSupportedException(
                $"{model.Name} was trained with a prompt of its own, for code in an interpreter that keeps its variables; "
                + "leave out --mode and --stateless, or take another model.");
        }

        return options;
    }
}
