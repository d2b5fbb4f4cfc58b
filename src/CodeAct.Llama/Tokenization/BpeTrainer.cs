using System.Runtime.InteropServices;
using System.Text;

namespace CodeAct.Llama.Tokenization;

/// <summary>
/// Learns a byte-level BPE vocabulary: the most frequent pair of neighbouring tokens becomes a token, again and again. Equal
/// counts are settled by token ids, so the same texts in any order give the same vocabulary.
/// </summary>
public static class BpeTrainer
{
    /// <summary>Trains on the texts, which are contents only: control tokens written in them are learned as plain text.</summary>
    /// <param name="texts">Read once, in one pass.</param>
    /// <param name="vocabularySize">Tokens wanted, with 256 bytes and 3 control tokens; fewer come when no pair is left.</param>
    public static BpeVocabulary Train(IEnumerable<string> texts, int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 256 + BpeVocabulary.ControlTokens.Length);
        var tokens = Enumerable.Range(0, 256).Select(value => ByteAlphabet.Character((byte)value).ToString()).ToList();
        var ids = tokens.Select((text, id) => (text, id)).ToDictionary(token => token.text, token => token.id);
        var merges = new List<(string, string)>();
        var corpus = new PairCounts(CountPieces(texts));
        while (tokens.Count < vocabularySize - BpeVocabulary.ControlTokens.Length && corpus.TakeMostFrequent() is { } pair)
        {
            var text = tokens[pair.Left] + tokens[pair.Right];
            if (!ids.TryGetValue(text, out var id))
            {
                id = tokens.Count;
                ids.Add(text, id);
                tokens.Add(text);
            }

            merges.Add((tokens[pair.Left], tokens[pair.Right]));
            corpus.Merge(pair, id);
        }

        return new BpeVocabulary([.. tokens, .. BpeVocabulary.ControlTokens], merges);
    }

    private static Dictionary<string, long> CountPieces(IEnumerable<string> texts)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            foreach (var range in PreTokenizer.Split(text))
            {
                var piece = text.AsSpan()[range];
                lookup[piece] = lookup.TryGetValue(piece, out var count) ? count + 1 : 1;
            }
        }

        return counts;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Pair(int Left, int Right);

    /// <summary>The pieces as token sequences, with the count of every neighbouring pair kept right through merges.</summary>
    private sealed class PairCounts
    {
        private const int MinimumCount = 2;

        private readonly List<(int[] Tokens, long Count)> _pieces;
        private readonly Dictionary<Pair, long> _counts = [];
        private readonly Dictionary<Pair, HashSet<int>> _places = [];
        private readonly PriorityQueue<Pair, (long NegativeCount, int Left, int Right)> _queue = new();

        public PairCounts(Dictionary<string, long> pieces)
        {
            _pieces = [.. pieces.OrderBy(piece => piece.Key, StringComparer.Ordinal)
                .Select(piece => (Encoding.UTF8.GetBytes(piece.Key).Select(value => (int)value).ToArray(), piece.Value))];
            for (var index = 0; index < _pieces.Count; index++)
                Count(index, sign: 1);

            foreach (var pair in _counts.Keys)
                Enqueue(pair);
        }

        /// <summary>The pair that stands most often, at least twice; null when there is none.</summary>
        public Pair? TakeMostFrequent()
        {
            while (_queue.TryDequeue(out var pair, out var priority))
            {
                if (_counts.GetValueOrDefault(pair) == -priority.NegativeCount)
                    return -priority.NegativeCount >= MinimumCount ? pair : null;
            }

            return null;
        }

        public void Merge(Pair pair, int id)
        {
            var changed = new HashSet<Pair>();
            foreach (var index in _places[pair].ToArray())
            {
                changed.UnionWith(Count(index, sign: -1));
                _pieces[index] = (Replace(_pieces[index].Tokens, pair, id), _pieces[index].Count);
                changed.UnionWith(Count(index, sign: 1));
            }

            foreach (var touched in changed)
                Enqueue(touched);
        }

        private HashSet<Pair> Count(int index, int sign)
        {
            var (tokens, count) = _pieces[index];
            var seen = new HashSet<Pair>();
            for (var i = 0; i + 1 < tokens.Length; i++)
            {
                var pair = new Pair(tokens[i], tokens[i + 1]);
                _counts[pair] = _counts.GetValueOrDefault(pair) + (sign * count);
                if (!seen.Add(pair))
                    continue;

                var places = _places.TryGetValue(pair, out var found) ? found : _places[pair] = [];
                if (sign > 0)
                    places.Add(index);
                else
                    places.Remove(index);
            }

            return seen;
        }

        private void Enqueue(Pair pair)
        {
            if (_counts[pair] is var count and > 0)
                _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
        }

        private static int[] Replace(int[] tokens, Pair pair, int id)
        {
            var merged = new List<int>(tokens.Length);
            for (var i = 0; i < tokens.Length; i++)
            {
                var match = i + 1 < tokens.Length && tokens[i] == pair.Left && tokens[i + 1] == pair.Right;
                merged.Add(match ? id : tokens[i]);
                i += match ? 1 : 0;
            }

            return [.. merged];
        }
    }
}
