using CodeAct.Models;
using CodeAct.Python;

namespace CodeAct.Data;

/// <summary>What is to be measured.</summary>
/// <param name="Tasks">Tasks of each family and split, and of each family with a forced mistake; at least 1.</param>
/// <param name="Seed">Of the tasks; not the one that training used.</param>
/// <param name="Family">Only this family; null for all.</param>
public sealed record EvaluationPlan(int Tasks, int Seed, string? Family);

/// <summary>Lets the whole agent solve held-out tasks with a model and counts what ended right.</summary>
/// <param name="model">The model; it is asked for the likeliest tokens, so that a second run gives the same.</param>
/// <param name="engine">Where the code runs; every task gets a session of its own.</param>
/// <param name="time">Measures limits and progress.</param>
/// <param name="report">Gets a progress line after every family.</param>
public sealed class NanoEvaluation(Model model, PythonEngine engine, TimeProvider time, TextWriter report)
{
    /// <summary>Runs a plan to its end.</summary>
    public async Task<EvaluationReport> RunAsync(EvaluationPlan plan, CancellationToken cancellationToken)
    {
        List<Outcome> outcomes = [];
        var started = time.GetTimestamp();
        foreach (var family in TaskMix.Names.Where(name => plan.Family is null || plan.Family == name))
        {
            foreach (var (split, forced) in Parts(family))
            {
                for (var index = 0; index < plan.Tasks; index++)
                {
                    var task = TaskMix.Make(split, plan.Seed, index, family);
                    outcomes.Add(forced ? await RepairAsync(task, cancellationToken) : await SolveAsync(task, cancellationToken));
                }
            }

            var own = outcomes.Where(outcome => outcome.Task.Family == family && outcome.Counts).ToArray();
            var (solved, elapsed) = (own.Count(outcome => outcome.Solved), time.GetElapsedTime(started));
            await report.WriteLineAsync($"{family}: {solved} of {own.Length} after {elapsed.TotalSeconds:0} s");
        }

        return new EvaluationReport(model.Name, outcomes);
    }

    private static IEnumerable<(Split Split, bool Forced)> Parts(string family)
    {
        yield return (Split.Content, false);
        yield return (Split.Wording, false);
        if (TaskMix.Has(family, Split.Tools))
        {
            yield return (Split.Tools, false);
        }

        yield return (Split.Content, true);
    }

    private async Task<Outcome> SolveAsync(DataTask task, CancellationToken cancellationToken) =>
        new(task, await AttemptAsync(task, model, cancellationToken), Forced: false);

    // The first action is the expert's mistake; from its traceback on, the model is on its own.
    private async Task<Outcome> RepairAsync(DataTask task, CancellationToken cancellationToken)
    {
        var first = task with { Turns = [task.Turns[0]], Detour = task.Detour ?? 0 };
        if (first.Turns[0].Detours.Count == 0)
        {
            return new Outcome(first, null, Forced: true);
        }

        using var expert = new ExpertClient(first);
        var client = new ForcedMistakeClient(expert, model.Client);
        return new Outcome(first, await AttemptAsync(first, model with { Client = client }, cancellationToken), Forced: true);
    }

    private async Task<Attempt> AttemptAsync(DataTask task, Model by, CancellationToken cancellationToken)
    {
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        return await Attempt.RunAsync(task, by, session, time, cancellationToken);
    }
}

/// <summary>How one task ended.</summary>
/// <param name="Task">The task.</param>
/// <param name="Attempt">What happened; null when the task has no mistake that could be forced.</param>
/// <param name="Forced">Whether the first mistake was forced.</param>
internal sealed record Outcome(DataTask Task, Attempt? Attempt, bool Forced)
{
    public bool Counts => Attempt is not null;

    public bool Solved => Attempt is { Failure: null };

    /// <summary>A mistake that the model made on its own.</summary>
    public bool Stumbled => !Forced && Attempt!.Raised.Any(raised => raised is not null);
}
