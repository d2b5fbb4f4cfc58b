using System.Collections.Concurrent;
using CodeAct.Python;

namespace CodeAct.Data;

/// <summary>What is to be collected.</summary>
/// <param name="Directory">Where the parts go, as <c>SPLIT-00000.jsonl</c>; made when missing.</param>
/// <param name="Seed">Of all tasks.</param>
/// <param name="Count">Tasks for training; each held-out split gets a fortieth of it.</param>
/// <param name="Parallel">Sessions at the same time.</param>
public sealed record CollectionPlan(string Directory, int Seed, int Count, int Parallel)
{
    /// <summary>Tasks in one part.</summary>
    public const int PartSize = 500;

    internal IEnumerable<(Split Split, int First, int Count, string Path)> Parts =>
        from split in Enum.GetValues<Split>()
        let count = split == Split.Train ? Count : Math.Max(1, Count / 40)
        from first in Enumerable.Range(0, (count + PartSize - 1) / PartSize).Select(part => part * PartSize)
        let name = $"{split.ToString().ToLowerInvariant()}-{first / PartSize:00000}.jsonl"
        select (split, first, Math.Min(PartSize, count - first), Path.Combine(Directory, name));
}

/// <summary>Makes tasks, lets the expert solve them in real sessions and keeps what ended with the truth.</summary>
/// <remarks>A part that is complete is not made again, so a collection that was cut off goes on where it was.</remarks>
/// <param name="engine">Runs the expert's code.</param>
/// <param name="time">Measures limits and progress.</param>
/// <param name="report">Gets a progress line after every part.</param>
public sealed class Collector(PythonEngine engine, TimeProvider time, TextWriter report)
{
    /// <summary>Runs a plan to its end.</summary>
    /// <returns>What was kept and what was dropped, and why, in this run.</returns>
    public async Task<Counts> RunAsync(CollectionPlan plan, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(plan.Directory);
        await using var sessions = new SessionShelf(engine);
        var todo = plan.Parts.Where(part => !File.Exists(part.Path)).ToArray();
        var (counts, started, done, all) = (new Counts(), time.GetTimestamp(), 0, todo.Sum(part => part.Count));
        foreach (var (split, first, count, path) in todo)
        {
            var trajectories = new ConcurrentDictionary<int, Trajectory>();
            await Parallel.ForEachAsync(
                Enumerable.Range(first, count),
                new ParallelOptions { MaxDegreeOfParallelism = plan.Parallel, CancellationToken = cancellationToken },
                async (index, cancellation) =>
                {
                    var task = TaskMix.Make(split, plan.Seed, index);
                    if (await SolveAsync(task, sessions, counts, cancellation) is { } trajectory)
                    {
                        trajectories[index] = trajectory;
                    }
                });
            var unfinished = path + ".part";
            var lines = trajectories.OrderBy(pair => pair.Key).Select(pair => pair.Value.ToJson());
            await File.WriteAllLinesAsync(unfinished, lines, cancellationToken);
            File.Move(unfinished, path);
            done += count;
            var rate = done / time.GetElapsedTime(started).TotalSeconds;
            var left = TimeSpan.FromSeconds((all - done) / rate);
            await report.WriteLineAsync(
                $"{done:N0} of {all:N0} tasks, {rate:0.0} a second, {left:hh\\:mm\\:ss} to go, {counts.Kept:N0} kept");
        }

        return counts;
    }

    private async Task<Trajectory?> SolveAsync(
        DataTask task, SessionShelf sessions, Counts counts, CancellationToken cancellationToken)
    {
        using var expert = new ExpertClient(task);
        var session = await sessions.TakeAsync(fresh: task.Detour is not null, cancellationToken);
        var attempt = await Attempt.RunAsync(task, ExpertClient.ModelOf(expert), session, time, cancellationToken);
        await sessions.ReturnAsync(session, clean: attempt.Raised.All(raised => raised is null), cancellationToken);
        var reason = attempt.Failure ?? (attempt.Raised.SequenceEqual(expert.Raises) ? null : "raised otherwise than meant");
        counts.Add(task, reason, attempt);
        return reason is null ? Trajectory.Of(attempt) : null;
    }
}
