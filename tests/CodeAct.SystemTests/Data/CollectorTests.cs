using CodeAct.Data;
using CodeAct.Python;

namespace CodeAct.SystemTests.Data;

public sealed class CollectorTests
{
    [Fact]
    public async Task The_expert_solves_its_tasks_and_a_collection_that_was_cut_off_goes_on()
    {
        var cancel = TestContext.Current.CancellationToken;
        var directory = Directory.CreateTempSubdirectory("codeact-collection-").FullName;
        try
        {
            await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions(), cancel);
            var collector = new Collector(engine, TimeProvider.System, TextWriter.Null);
            var plan = new CollectionPlan(directory, Seed: 77, Count: 240, Parallel: 2);

            var counts = await collector.RunAsync(plan, cancel);
            File.Delete(Path.Combine(directory, "wording-00000.jsonl"));
            var rest = await collector.RunAsync(plan, cancel);

            Assert.True(counts.Dropped <= 2, counts.ToString());
            Assert.InRange(counts.Repaired, 24, 84);
            Assert.Equal(6, rest.Kept + rest.Dropped);
            var lines = await File.ReadAllLinesAsync(Path.Combine(directory, "train-00000.jsonl"), cancel);
            var trajectories = lines.Select(Trajectory.Parse).ToArray();
            Assert.Equal<HashSet<string>>([.. TaskMix.Names], [.. trajectories.Select(one => one.Family)]);
            Assert.All(trajectories, one => Assert.Equal(["system", "user", "assistant"], Roles(one)[..3]));
            Assert.All(trajectories, one => Assert.Equal("assistant", Roles(one)[^1]));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task With_the_expert_as_the_model_every_forced_mistake_is_repaired()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions(), cancel);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), cancel);
        var tasks = Enumerable.Range(0, 50).Select(index => TaskMix.Make(Split.Content, 9, index, "csv"));
        var task = tasks.First(one => one.Detour is not null);
        task = task with { Turns = [task.Turns[0]] };
        using var forced = new ExpertClient(task);
        using var repairing = new ExpertClient(task, skip: forced.Raises.FindIndex(raises => raises is not null) + 1);

        var attempt = await Attempt.RunAsync(
            task, ExpertClient.ModelOf(new ForcedMistakeClient(forced, repairing)), session, TimeProvider.System, cancel);

        Assert.Null(attempt.Failure);
        Assert.Equal(forced.Raises, attempt.Raised);
    }

    private static string[] Roles(Trajectory trajectory) => [.. trajectory.Conversations.Select(message => message.Role)];
}
