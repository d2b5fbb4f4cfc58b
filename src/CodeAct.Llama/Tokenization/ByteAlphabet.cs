namespace CodeAct.Llama.Tokenization;

/// <summary>
/// The printable character that stands for each byte in the token texts of byte-level BPE: Latin-1's visible characters stand
/// for themselves, the others for U+0100 and up in order (as in GPT-2).
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] _characters = Build();
    private static readonly Dictionary<char, byte> _bytes =
        Enumerable.Range(0, 256).ToDictionary(value => _characters[value], value => (byte)value);

    public static char Character(byte value) => _characters[value];

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            text[i] = _characters[bytes[i]];

        return new string(text);
    }

    public static byte[] Decode(string text) => [.. text.Select(character => _bytes[character])];

    private static char[] Build()
    {
        var characters = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
        {
            var visible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = visible ? (char)value : next++;
        }

        return characters;
    }
}
