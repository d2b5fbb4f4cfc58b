using System.Text.Json;
using CodeAct.Llama.Checkpoints;

namespace CodeAct.SystemTests.Training;

public sealed class TrainingRunTests(SmallData data) : IClassFixture<SmallData>
{
    private const int Steps = 120, SaveEvery = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_is_killed_goes_on_at_its_checkpoint_with_the_same_losses()
    {
        WriteRecipe("whole", $"\"steps\": {Steps}");
        File.Copy(data["whole.json"], data["killed.json"]);
        await TrainProcess.RunAsync(Run("whole"), Token);
        var expected = HeldLosses("whole");
        Assert.Equal(Enumerable.Range(1, Steps / SaveEvery).Select(i => i * SaveEvery), expected.Keys);
        Assert.InRange(expected[Steps], 0, 0.5 * expected[SaveEvery]);

        using (var killed = TrainProcess.Start(Run("killed")))
        {
            await killed.LineAsync("held out: loss", Token);
            await killed.EndAsync(TrainProcess.Kill, Token);
        }
        var resumed = await TrainProcess.RunAsync(Run("killed"), Token);

        Assert.Matches("Resumed .* after step (20|40|60|80|100)\\.", resumed);
        Assert.Equal(expected, HeldLosses("killed"));
        Assert.True(new FileInfo(data["killed/loss.png"]).Length > 1000);
        using var checkpoint = HfCheckpoint.Open(data["killed/model"]);
        Assert.Equal("Answer.", checkpoint.Profile.SystemPrompt);
        Assert.Equal("observation", checkpoint.Profile.ObservationRole);
    }

    [Fact]
    public async Task An_interrupted_run_saves_its_last_step_and_ends_with_130()
    {
        WriteRecipe("stopped", "\"minutes\": 60");
        using var run = TrainProcess.Start(Run("stopped"));
        await run.LineAsync("held out: loss", Token);
        var (exitCode, output) = await run.EndAsync(TrainProcess.Interrupt, Token);

        Assert.Equal(130, exitCode);
        var last = HeldLosses("stopped").Keys.Last();
        Assert.Matches($"step +{last} +held out: loss", output);
        using var again = TrainProcess.Start(Run("stopped"));
        await again.LineAsync($"after step {last}.", Token);
        await again.EndAsync(TrainProcess.Kill, Token);
    }

    [Fact]
    public async Task A_run_that_starts_from_a_checkpoint_starts_with_its_weights()
    {
        WriteRecipe("base", $"\"steps\": {Steps}");
        WriteRecipe("further", $"\"steps\": {SaveEvery}");
        await TrainProcess.RunAsync(Run("base"), Token);
        await TrainProcess.RunAsync([.. Run("further"), "--from", data["base/model"]], Token);

        Assert.InRange(HeldLosses("further")[SaveEvery], 0, 0.75 * HeldLosses("base")[SaveEvery]);
    }

    [Fact]
    public async Task Data_that_the_recipe_does_not_fit_is_refused_before_the_first_step()
    {
        WriteRecipe("never", $"\"steps\": {Steps}", vocabulary: 300);
        using var run = TrainProcess.Start(Run("never"));
        var refusal = await Assert.ThrowsAsync<EndOfStreamException>(() => run.LineAsync("step", Token));
        Assert.Contains("a vocabulary of 272, the recipe of 300", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data["never"]));
    }

    private void WriteRecipe(string run, string length, int vocabulary = 272) => File.WriteAllText(data[$"{run}.json"], $$"""
        {
          "model": {
            "vocabulary": {{vocabulary}}, "width": 32, "layers": 2, "heads": 2, "keyHeads": 1, "inner": 64, "context": 128
          },
          {{length}}, "saveEverySteps": {{SaveEvery}},
          "batchTokens": 512, "learningRate": 1e-2, "copyAtStart": 0.3, "copyAtEnd": 0.1
        }
        """);

    private string[] Run(string run) =>
        ["run", "--recipe", data[$"{run}.json"], "--data", data["data"], "--out", data[run], "--threads", "2"];

    private SortedDictionary<int, double> HeldLosses(string run) => new(File.ReadLines(data[$"{run}/log.jsonl"])
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(entry => entry.GetProperty("HeldLoss").ValueKind == JsonValueKind.Number)
        .ToDictionary(entry => entry.GetProperty("Step").GetInt32(), entry => entry.GetProperty("HeldLoss").GetDouble()));
}
