using System.Text.Json;
using CodeAct.Llama.Checkpoints;

namespace CodeAct.SystemTests.Training;

public sealed class TrainingRunTests : IAsyncLifetime
{
    private const int Steps = 240, SaveEvery = 30;

    private static readonly string[] _words = "red blue green pear apple plum north south".Split(' ');

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-train-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllLinesAsync(InDirectory("data.jsonl"), Conversations(new Random(1)), Token);
        await TrainProcess.RunAsync(
            ["prepare", "--data", InDirectory("data.jsonl"), "--out", InDirectory("data"), "--vocab", "272", "--context", "128", "--copies", "300"],
            Token);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_run_that_is_killed_goes_on_at_its_checkpoint_with_the_same_losses()
    {
        WriteRecipe($"\"steps\": {Steps}");
        await TrainProcess.RunAsync(Run("whole"), Token);
        var expected = HeldLosses("whole");
        Assert.Equal(Enumerable.Range(1, Steps / SaveEvery).Select(i => i * SaveEvery), expected.Keys);
        Assert.InRange(expected[Steps], 0, 0.5 * expected[SaveEvery]);

        using (var killed = TrainProcess.Start(Run("killed")))
        {
            await killed.LineAsync("held out", Token);
            await killed.EndAsync(TrainProcess.Kill, Token);
        }
        var resumed = await TrainProcess.RunAsync(Run("killed"), Token);

        Assert.Matches("Resumed .* after step (30|60|90|120|150|180|210)\\.", resumed);
        Assert.Equal(expected, HeldLosses("killed"));
        Assert.True(new FileInfo(InDirectory("killed/loss.png")).Length > 1000);
        using var checkpoint = HfCheckpoint.Open(InDirectory("killed/model"));
        Assert.Equal("Answer.", checkpoint.Profile.SystemPrompt);
        Assert.Equal("observation", checkpoint.Profile.ObservationRole);
    }

    [Fact]
    public async Task An_interrupted_run_saves_its_last_step_and_ends_with_130()
    {
        WriteRecipe("\"minutes\": 60");
        using var run = TrainProcess.Start(Run("stopped"));
        await run.LineAsync("held out", Token);
        var (exitCode, output) = await run.EndAsync(TrainProcess.Interrupt, Token);

        Assert.Equal(130, exitCode);
        var last = HeldLosses("stopped").Keys.Last();
        Assert.Matches($"step +{last} +held out", output);
        var again = TrainProcess.Start(Run("stopped"));
        await again.LineAsync($"after step {last}.", Token);
        await again.EndAsync(TrainProcess.Kill, Token);
    }

    [Fact]
    public async Task Data_that_the_recipe_does_not_fit_is_refused_before_the_first_step()
    {
        WriteRecipe($"\"steps\": {Steps}", vocabulary: 300);
        using var run = TrainProcess.Start(Run("never"));
        var refusal = await Assert.ThrowsAsync<EndOfStreamException>(() => run.LineAsync("step", Token));
        Assert.Contains("a vocabulary of 272, the recipe of 300", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(InDirectory("never")));
    }

    private static IEnumerable<string> Conversations(Random random) => Enumerable.Range(0, 400).Select(i =>
    {
        var (word, number) = (_words[random.Next(_words.Length)], random.Next(10, 100));
        return JsonSerializer.Serialize(new
        {
            id = $"{i}",
            conversations = new[]
            {
                new { role = "system", content = "Answer." },
                new { role = "user", content = $"{word} {number}?" },
                new { role = "assistant", content = $"<execute>\nprint('{word}')\n</execute>" },
                new { role = "observation", content = word },
                new { role = "assistant", content = $"It is {word}." },
            },
            family = word,
            split = i % 10 == 0 ? "content" : "train",
        });
    });

    private void WriteRecipe(string length, int vocabulary = 272) => File.WriteAllText(InDirectory("recipe.json"), $$"""
        {
          "model": { "vocabulary": {{vocabulary}}, "width": 32, "layers": 2, "heads": 2, "keyHeads": 1, "inner": 64, "context": 128 },
          {{length}}, "batchTokens": 512, "learningRate": 1e-2, "copyAtStart": 0.3, "copyAtEnd": 0.1, "saveEverySteps": {{SaveEvery}}
        }
        """);

    private string[] Run(string name) =>
        ["run", "--recipe", InDirectory("recipe.json"), "--data", InDirectory("data"), "--out", InDirectory(name), "--threads", "2"];

    private SortedDictionary<int, double> HeldLosses(string run) => new(File.ReadLines(InDirectory($"{run}/log.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(entry => entry.GetProperty("HeldLoss").ValueKind == JsonValueKind.Number)
        .DistinctBy(entry => entry.GetProperty("Step").GetInt32())
        .ToDictionary(entry => entry.GetProperty("Step").GetInt32(), entry => entry.GetProperty("HeldLoss").GetDouble()));

    private string InDirectory(string name) => Path.Combine(_directory, name);
}
