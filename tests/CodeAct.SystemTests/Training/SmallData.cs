using System.Text.Json;

namespace CodeAct.SystemTests.Training;

/// <summary>A folder with some hundred conversations, prepared for training.</summary>
public sealed class SmallData : IAsyncLifetime
{
    private static readonly string[] _words = "red blue green pear apple plum north south".Split(' ');

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-train-").FullName;

    /// <summary>A path in the folder; <c>data</c> is what was prepared.</summary>
    public string this[string name] => Path.Combine(_directory, name);

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        await File.WriteAllLinesAsync(this["data.jsonl"], Conversations(new Random(1)), token);
        string[] sizes = ["--vocab", "272", "--context", "128", "--copies", "300"];
        await TrainProcess.RunAsync(["prepare", "--data", this["data.jsonl"], "--out", this["data"], .. sizes], token);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
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
}
