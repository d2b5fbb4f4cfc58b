using System.Text;

namespace CodeAct.Data;

/// <summary>What lies in a folder of collected trajectories, counted again from the files.</summary>
public static class DataSummary
{
    /// <summary>Reads every <c>*.jsonl</c> of a folder and prints Markdown tables: by family, and by split.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="System.Text.Json.JsonException">A line is no trajectory.</exception>
    public static string Of(string directory)
    {
        var trajectories = Directory.GetFiles(directory, "*.jsonl").SelectMany(File.ReadLines).Select(Facts.Of).ToArray();
        var text = new StringBuilder();
        Table(text, "family", [.. trajectories.GroupBy(one => one.Family).OrderBy(family => family.Key, StringComparer.Ordinal)]);
        text.Append('\n');
        Table(text, "split", [.. trajectories.GroupBy(one => one.Split).OrderByDescending(split => split.Count())]);
        return text.ToString();
    }

    private static void Table(StringBuilder text, string name, IReadOnlyList<IGrouping<string, Facts>> groups)
    {
        text.Append($"| {name} | kinds | trajectories | with a repaired mistake ");
        text.Append("| actions each | user messages each | characters each |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (var group in groups)
        {
            Row(text, group.Key, [.. group]);
        }

        Row(text, "**all**", [.. groups.SelectMany(group => group)]);
    }

    private static void Row(StringBuilder text, string name, IReadOnlyCollection<Facts> all)
    {
        if (all.Count == 0)
        {
            return;
        }

        var kinds = all.Select(one => one.Kind).Distinct().Count();
        text.Append($"| {name} | {kinds} | {all.Count:N0} | {100.0 * all.Count(one => one.HasMistake) / all.Count:0.0} % ");
        text.Append($"| {all.Average(one => one.Actions):0.00} | {all.Average(one => one.Questions):0.00} ");
        text.Append($"| {all.Average(one => one.Characters):0} |\n");
    }

    private sealed record Facts(
        string Family, string Kind, string Split, bool HasMistake, int Actions, int Questions, int Characters)
    {
        public static Facts Of(string line)
        {
            var trajectory = Trajectory.Parse(line);
            var messages = trajectory.Conversations;
            return new Facts(
                trajectory.Family, $"{trajectory.Family}/{trajectory.Kind}", trajectory.Split, trajectory.HasMistake,
                messages.Count(message => message.Role == "observation"),
                messages.Count(message => message.Role == "user"),
                messages.Sum(message => message.Content.Length));
        }
    }
}
