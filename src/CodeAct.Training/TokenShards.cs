using System.Runtime.InteropServices;

namespace CodeAct.Training;

/// <summary>
/// Tokenized conversations in two flat files: <c>NAME.tokens</c>, 16 bits per token with <see cref="Learned"/> set on those that
/// the model is to predict, and <c>NAME.index</c>, for each conversation where it ends (8 bytes) and its family (4 bytes).
/// </summary>
internal sealed class TokenShard
{
    /// <summary>The bit that marks a token as a target of training.</summary>
    public const ushort Learned = 0x8000;

    private readonly ushort[] _tokens;
    private readonly Entry[] _entries;

    private TokenShard(ushort[] tokens, Entry[] entries)
    {
        _tokens = tokens;
        _entries = entries;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Entry(long End, int Family);

    public int Count => _entries.Length;

    public long TokenCount => _tokens.Length;

    public long LearnedCount => _tokens.LongCount(token => (token & Learned) != 0);

    public ReadOnlySpan<ushort> this[int index] => _tokens.AsSpan(Start(index), Length(index));

    public int Length(int index) => (int)_entries[index].End - Start(index);

    public int Family(int index) => _entries[index].Family;

    /// <exception cref="InvalidDataException">A file is cut short, or holds no conversation.</exception>
    public static TokenShard Load(string directory, string name)
    {
        var tokens = Read<ushort>(TokensOf(directory, name));
        var entries = Read<Entry>(IndexOf(directory, name));
        return entries.Length > 0 && entries[^1].End == tokens.Length
            ? new TokenShard(tokens, entries)
            : throw new InvalidDataException($"{TokensOf(directory, name)} is cut short or empty: prepare it again.");
    }

    /// <summary>Writes conversations, each with the number of its family.</summary>
    public static void Save(string directory, string name, IEnumerable<(ushort[] Tokens, int Family)> conversations)
    {
        using var tokens = File.Create(TokensOf(directory, name));
        using var index = File.Create(IndexOf(directory, name));
        var end = 0L;
        foreach (var (conversation, family) in conversations)
        {
            end += conversation.Length;
            tokens.Write(MemoryMarshal.AsBytes<ushort>(conversation));
            index.Write(MemoryMarshal.AsBytes<Entry>([new Entry(end, family)]));
        }
    }

    private static T[] Read<T>(string path) where T : unmanaged => MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(path)).ToArray();

    private static string TokensOf(string directory, string name) => Path.Combine(directory, name + ".tokens");

    private static string IndexOf(string directory, string name) => Path.Combine(directory, name + ".index");

    private int Start(int index) => index == 0 ? 0 : (int)_entries[index - 1].End;
}

/// <summary>What turns text into tokens, and the tokens around a turn.</summary>
/// <param name="Encode">Tokens of a text in which nothing is a control token.</param>
/// <param name="TurnStart">The control token before a role.</param>
/// <param name="TurnEnd">The control token after a content.</param>
internal sealed record Tokenization(Func<string, IReadOnlyList<int>> Encode, int TurnStart, int TurnEnd)
{
    public ushort[] Conversation(IEnumerable<Turn> turns) =>
        Conversation(turns.Select(turn => (turn.Role, Encode(turn.Content), turn.IsLearned)));

    /// <summary>
    /// A conversation in ChatML. Learned is the content of a turn and the token that ends it, so the first learned token is the
    /// first of the content, predicted from the line end of the header.
    /// </summary>
    public ushort[] Conversation(IEnumerable<(string Role, IReadOnlyList<int> Content, bool IsLearned)> turns)
    {
        List<ushort> tokens = [];
        var lineEnd = Encode("\n");
        foreach (var (role, content, isLearned) in turns)
        {
            var mark = isLearned ? TokenShard.Learned : (ushort)0;
            tokens.Add((ushort)TurnStart);
            tokens.AddRange(Encode(role + "\n").Select(token => (ushort)token));
            tokens.AddRange(content.Append(TurnEnd).Select(token => (ushort)(token | mark)));
            tokens.AddRange(lineEnd.Select(token => (ushort)token));
        }
        return [.. tokens];
    }
}
