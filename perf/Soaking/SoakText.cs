using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CodeAct.Perf.Soaking;

/// <summary>What a cell is to show, and the code that shows it, in pieces written in different ways.</summary>
/// <param name="Code">Python; <c>perf/soak_text.py</c> has run before it.</param>
/// <param name="Stdout">All of it.</param>
/// <param name="Stderr">All of it.</param>
internal sealed record SoakText(string Code, string Stdout, string Stderr)
{
    private const int MostPieces = 5;
    private const int Small = 400; // characters
    private const int Large = 200_000;
    private const int BlockLength = 64;

    private static readonly (string Code, bool IsError)[] _ways =
    [
        ("print(text({0}, {1}), end='')", false),
        ("print(text({0}, {1}), end='', flush=True)", false),
        ("_ = os.write(1, text({0}, {1}).encode())", false),
        ("in_child({0}, {1})", false),
        ("in_thread({0}, {1})", false),
        ("_ = sys.stderr.write(text({0}, {1}))", true),
        ("_ = os.write(2, text({0}, {1}).encode())", true),
    ];

    /// <summary>Checks that what came is what was to come; says what is wrong with it.</summary>
    public static string? Differs(string stream, string expected, string shown)
    {
        if (shown == expected)
        {
            return null;
        }

        var same = shown.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"{stream}: {Describe(shown)} in place of {Describe(expected)}, the same up to character {same}, "
            + $"then '{Piece(shown, same)}' in place of '{Piece(expected, same)}'";
    }

    public static SoakText Draw(Random random)
    {
        var (code, texts) = (new StringBuilder(), (Out: new StringBuilder(), Error: new StringBuilder()));
        for (var piece = random.Next(1, MostPieces + 1); piece > 0; piece--)
        {
            var (way, isError) = _ways[random.Next(_ways.Length)];
            var (seed, size) = (random.Next(), random.Next(20) == 0 ? random.Next(Large) : random.Next(Small));
            code.AppendLine(string.Format(CultureInfo.InvariantCulture, way, seed, size));
            (isError ? texts.Error : texts.Out).Append(Of(seed, size));
        }

        return new SoakText(code.ToString(), texts.Out.ToString(), texts.Error.ToString());
    }

    /// <summary>The same as <c>text()</c> in <c>perf/soak_text.py</c>.</summary>
    private static string Of(int seed, int size)
    {
        var text = new StringBuilder();
        for (var number = 0; number < (size / BlockLength) + 1; number++)
        {
            text.Append(Hash(string.Create(CultureInfo.InvariantCulture, $"{seed}:{number}")));
        }

        return text.ToString(0, size).Replace('a', 'ä').Replace('b', '€').Replace('c', '\n');
    }

    private static string Describe(string text) => $"{Encoding.UTF8.GetByteCount(text)} bytes (SHA-256 {Hash(text)[..8]})";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Piece(string text, int from) => text.Substring(from, Math.Min(20, text.Length - from)).ReplaceLineEndings("\\n");
}
