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
        await foreach (var happened in WorkAsync(conversation, task, null, cancellationToken))
        {
            yield return happened;
        }
    }

    /// <summary>Goes on with a run that waited for an approval when its program ended, and works until an answer or a limit.</summary>
    /// <remarks>Turns, cells and tokens count from the beginning of the run, its time from here on.</remarks>
    /// <param name="conversation">The run's, as it was when its action began, in a rebuilt interpreter.</param>
    /// <param name="paused">The run.</param>
    /// <param name="cancellationToken">As in <see cref="RunAsync"/>, and so is what it returns and throws.</param>
    public IAsyncEnumerable<AgentEvent> ContinueAsync(Conversation conversation, PausedRun paused, CancellationToken cancellationToken) =>
        WorkAsync(conversation, null, paused, cancellationToken);

    private async IAsyncEnumerable<AgentEvent> WorkAsync(
        Conversation conversation, string? task, PausedRun? paused, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var clock = new RunClock(_options.MaxTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Over, cancellationToken);
        var session = conversation.Session;
        session.Tools = _options.Tools ?? session.Tools;
        var tools = session.Tools;
        var run = new Run(model, conversation, _options, time);
        try
        {
            run.Guard(clock.Waits);
            if (task is not null)
            {
                yield return run.Begin(task);
            }

            while (run.Stop is null)
            {
                var turn = paused is null ? run.TurnAsync(either.Token) : run.ContinueAsync(paused, either.Token);
                paused = null;
                await foreach (var happened in turn.WithCancellation(either.Token))
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
        finally
        {
            session.Tools = tools;
        }
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
