using CodeAct.Data;

namespace CodeAct.Tests.Data;

public sealed class DataSummaryTests
{
    [Fact]
    public void A_folder_is_counted_by_family_and_by_split()
    {
        var directory = Directory.CreateTempSubdirectory("codeact-summary-").FullName;
        try
        {
            TrajectoryMessage[] turns =
                [new("user", "Hm"), new("assistant", "1/0", Mistake: true), new("observation", "xy"), new("assistant", "z")];
            Trajectory[] trajectories = [new("1", turns, "lists", "sum", "train"), new("2", turns[..1], "chat", "who", "train")];
            File.WriteAllLines(Path.Combine(directory, "train-00000.jsonl"), trajectories.Select(one => one.ToJson()));

            var summary = DataSummary.Of(directory);

            Assert.Contains("| lists | 1 | 1 | 100.0 % | 1.00 | 1.00 | 8 |", summary, StringComparison.Ordinal);
            Assert.Contains("| train | 2 | 2 | 50.0 % | 0.50 | 1.00 | 5 |", summary, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
