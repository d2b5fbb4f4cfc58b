using CodeAct.Training;

namespace CodeAct.Tests.Training;

public sealed class BatchStreamTests
{
    private const int BatchTokens = 512;

    [Fact]
    public void Each_epoch_holds_every_conversation_once_in_another_order()
    {
        var shard = Shards.Random(seed: 1, count: 700);
        var stream = new BatchStream(shard, BatchTokens, seed: 1);
        var first = Epoch(stream);
        var second = Epoch(stream);

        Assert.Equal(Enumerable.Range(0, 700), first.Order());
        Assert.Equal(Enumerable.Range(0, 700), second.Order());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_batch_keeps_to_its_tokens_and_little_of_it_is_padding()
    {
        var shard = Shards.Random(seed: 2, count: 2000);
        var batches = BatchStream.Cut(shard, BatchTokens, new Random(1)).Select(rows => Batch.Of(shard, rows)).ToArray();

        Assert.All(batches, batch => Assert.InRange(batch.Tokens.Length, 1, BatchTokens));
        var content = Enumerable.Range(0, shard.Count).Sum(i => shard.Length(i) - 1);
        Assert.InRange(content / (double)batches.Sum(batch => batch.Tokens.Length), 0.9, 1);
    }

    [Fact]
    public void A_stream_set_to_a_position_goes_on_as_the_one_that_came_from_there()
    {
        var shard = Shards.Random(seed: 3, count: 300);
        var first = new BatchStream(shard, BatchTokens, seed: 7);
        for (var i = 0; i < 150; i++)
        {
            first.Next();
        }
        var second = new BatchStream(shard, BatchTokens, seed: 7) { Position = first.Position };

        Assert.True(first.Position.Epoch > 0);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(first.Next().Conversations, second.Next().Conversations);
        }
    }

    [Fact]
    public void A_shard_that_is_cut_short_is_refused()
    {
        var directory = Directory.CreateTempSubdirectory("codeact-shard-").FullName;
        try
        {
            TokenShard.Save(directory, "test", [([1, 2, 3], 0)]);
            File.WriteAllBytes(Path.Combine(directory, "test.tokens"), [1, 0, 2, 0]);
            var refusal = Assert.Throws<InvalidDataException>(() => TokenShard.Load(directory, "test"));
            Assert.Contains("test.tokens is cut short", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static List<int> Epoch(BatchStream stream)
    {
        List<int> seen = [];
        while (seen.Count < 700)
        {
            seen.AddRange(stream.Next().Conversations);
        }
        return seen;
    }
}
