using System.Runtime.InteropServices;

namespace CodeAct.Training;

/// <summary>Some conversations side by side, padded on the right to the longest.</summary>
/// <param name="Rows">Number of conversations.</param>
/// <param name="Columns">Tokens of a row, padding included.</param>
/// <param name="Tokens">Inputs, row after row.</param>
/// <param name="Positions">Where in <paramref name="Tokens"/> a learned token is to be predicted.</param>
/// <param name="Labels">The learned tokens, one for each position: the token that follows it.</param>
/// <param name="Conversations">The number in the shard of each row.</param>
internal sealed record Batch(int Rows, int Columns, long[] Tokens, long[] Positions, long[] Labels, int[] Conversations)
{
    // Rows of few different lengths: oneDNN compiles a program for every new shape of a product, and keeps a thousand.
    private const int LengthStep = 16;

    /// <summary>Tokens of a row that holds a conversation, but for its last token, which is only predicted.</summary>
    public static int ColumnsOf(TokenShard shard, int conversation) =>
        (shard.Length(conversation) - 1 + LengthStep - 1) / LengthStep * LengthStep;

    public static Batch Of(TokenShard shard, int[] conversations)
    {
        var columns = conversations.Max(conversation => ColumnsOf(shard, conversation));
        var tokens = new long[conversations.Length * columns];
        List<long> positions = [], labels = [];
        for (var row = 0; row < conversations.Length; row++)
        {
            var conversation = shard[conversations[row]];
            for (var i = 0; i + 1 < conversation.Length; i++)
            {
                var (here, next) = (conversation[i], conversation[i + 1]);
                tokens[row * columns + i] = here & ~TokenShard.Learned;
                if ((next & TokenShard.Learned) != 0)
                {
                    positions.Add(row * columns + i);
                    labels.Add(next & ~TokenShard.Learned);
                }
            }
        }
        return new Batch(conversations.Length, columns, tokens, [.. positions], [.. labels], conversations);
    }
}

/// <summary>How far a stream of batches has gone; with the seed it says what comes next.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamPosition(int Epoch, int Batch);

/// <summary>
/// An endless stream of batches: every epoch in a new order, conversations of like length together so that little is padding.
/// </summary>
internal sealed class BatchStream(TokenShard shard, int batchTokens, int seed)
{
    // Like lengths are looked for among this many conversations, so that a batch is still a random sample of the shard.
    private const int Neighbourhood = 512;

    private int[][] _epoch = [];
    private StreamPosition _next = new(-1, 0);

    /// <summary>The batch that comes next; set to go back to an earlier point.</summary>
    public StreamPosition Position
    {
        get => _next.Epoch < 0 ? default : _next;
        set
        {
            _epoch = Cut(shard, batchTokens, Draws.Of(seed, value.Epoch));
            _next = value;
        }
    }

    public Batch Next()
    {
        if (_next.Batch >= _epoch.Length)
        {
            Position = new StreamPosition(_next.Epoch + 1, 0);
        }
        var batch = Batch.Of(shard, _epoch[_next.Batch]);
        _next = _next with { Batch = _next.Batch + 1 };
        return batch;
    }

    /// <summary>The conversations in a random order, cut into batches of like length.</summary>
    public static int[][] Cut(TokenShard shard, int batchTokens, Random random)
    {
        var order = Enumerable.Range(0, shard.Count).ToArray();
        random.Shuffle(order);
        List<int[]> batches = [];
        foreach (var neighbours in order.Chunk(Neighbourhood))
        {
            Array.Sort(neighbours, (a, b) => shard.Length(b).CompareTo(shard.Length(a)));
            for (var start = 0; start < neighbours.Length;)
            {
                var rows = Math.Max(1, batchTokens / Batch.ColumnsOf(shard, neighbours[start]));
                var end = Math.Min(neighbours.Length, start + rows);
                batches.Add(neighbours[start..end]);
                start = end;
            }
        }
        var shuffled = batches.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }
}

/// <summary>
/// Random numbers for one step or epoch. They depend on its number alone, so that a resumed run makes the same choices, and the
/// number is mixed first, for seeds that follow each other give <see cref="Random"/> first draws that are alike.
/// </summary>
internal static class Draws
{
    public static Random Of(int seed, int number)
    {
        // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
        var mixed = ((ulong)(uint)seed << 32 | (uint)number) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new Random((int)(mixed ^ (mixed >> 31)));
    }
}
