using CodeAct.Training;

namespace CodeAct.Tests.Training;

internal static class Shards
{
    /// <summary>A shard that was written to files and read again.</summary>
    public static TokenShard Of(params ushort[][] conversations)
    {
        var directory = Directory.CreateTempSubdirectory("codeact-shard-").FullName;
        try
        {
            TokenShard.Save(directory, "test", conversations.Select((tokens, i) => (tokens, i % 3)));
            return TokenShard.Load(directory, "test");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public static TokenShard Random(int seed, int count)
    {
        var random = new Random(seed);
        return Of([.. Enumerable.Range(0, count).Select(_ => Conversation(random))]);
    }

    private static ushort[] Conversation(Random random) => [.. Enumerable.Range(0, random.Next(20, 200))
        .Select(i => (ushort)(random.Next(1000) | (i % 3 == 2 ? TokenShard.Learned : 0)))];
}
