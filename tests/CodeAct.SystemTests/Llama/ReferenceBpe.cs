using System.Text;
using CodeAct.Llama.Tokenization;

namespace CodeAct.SystemTests.Llama;

/// <summary>BPE as a textbook has it: in each piece, the earliest-learned merge that fits is made, leftmost first.</summary>
internal sealed class ReferenceBpe(BpeVocabulary vocabulary)
{
    private readonly Dictionary<string, int> _ids =
        vocabulary.Tokens.Select((text, id) => (text, id)).ToDictionary(token => token.text, token => token.id);

    private readonly Dictionary<(string, string), int> _ranks =
        vocabulary.Merges.Select((merge, rank) => (merge, rank)).ToDictionary(pair => pair.merge, pair => pair.rank);

    public IEnumerable<int> Encode(string text) =>
        PreTokenizer.Split(text).SelectMany(range => EncodePiece(text[range])).Select(token => _ids[token]);

    private List<string> EncodePiece(string piece)
    {
        List<string> tokens = [.. Encoding.UTF8.GetBytes(piece).Select(value => ByteAlphabet.Character(value).ToString())];
        while (true)
        {
            var (rank, at) = tokens.Zip(tokens.Skip(1))
                .Select((pair, index) => (_ranks.GetValueOrDefault(pair, int.MaxValue), index))
                .DefaultIfEmpty((int.MaxValue, 0)).Min();
            if (rank == int.MaxValue)
                return tokens;

            tokens[at] += tokens[at + 1];
            tokens.RemoveAt(at + 1);
        }
    }
}
