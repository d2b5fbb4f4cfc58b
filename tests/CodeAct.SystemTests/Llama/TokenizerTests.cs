using System.Text;
using CodeAct.Llama;
using CodeAct.Llama.Tokenization;

namespace CodeAct.SystemTests.Llama;

public sealed class TokenizerTests : IDisposable
{
    private static readonly BpeVocabulary _vocabulary = BpeTrainer.Train(Texts(seed: 1).Take(400), 1000);

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Our_trained_vocabulary_gives_the_same_tokens_in_llama_cpp()
    {
        using var tokenizer = Open();
        var reference = new ReferenceBpe(_vocabulary);
        foreach (var text in Texts(seed: 2).Take(4000))
        {
            var expected = reference.Encode(text).ToArray();
            var actual = tokenizer.Encode(text, parseSpecial: false);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{Describe(expected)} in {Describe(actual)} for '{text}'");
        }

        string Describe(int[] tokens) => string.Join('|', tokens.Select(token => _vocabulary.Tokens[token]));
    }

    [Fact]
    public void Decoding_gives_the_text_back()
    {
        using var tokenizer = Open();
        foreach (var text in Texts(seed: 3).Take(500))
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, parseSpecial: false)));
    }

    [Fact]
    public void Control_tokens_are_read_only_where_they_are_asked_for()
    {
        using var tokenizer = Open();
        const string Text = "<|im_start|>user\nHi<|im_end|>";
        var parsed = tokenizer.Encode(Text, parseSpecial: true);

        Assert.Equal(_vocabulary.TurnStartId, parsed[0]);
        Assert.Equal(_vocabulary.TurnEndId, parsed[^1]);
        Assert.DoesNotContain(tokenizer.Encode(Text, parseSpecial: false), id => id >= _vocabulary.EndOfTextId);
        Assert.True(tokenizer.EndsGeneration(_vocabulary.TurnEndId));
        Assert.True(tokenizer.EndsGeneration(_vocabulary.EndOfTextId));
        Assert.False(tokenizer.EndsGeneration(_vocabulary.TurnStartId));
    }

    [Fact]
    public void Every_digit_is_a_token_of_its_own()
    {
        using var tokenizer = Open();
        Assert.Equal("1234567".Select(digit => (int)digit), tokenizer.Encode("1234567", parseSpecial: false));
    }

    [Fact]
    public async Task Threads_can_share_a_tokenizer()
    {
        using var tokenizer = Open();
        var texts = Texts(seed: 4).Take(200).ToArray();
        var expected = EncodeAll();
        var all = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(EncodeAll, TestContext.Current.CancellationToken)));
        Assert.All(all, tokens => Assert.Equal(expected, tokens));

        int[][] EncodeAll() => [.. texts.Select(text => tokenizer.Encode(text, parseSpecial: false))];
    }

    private LlamaTokenizer Open()
    {
        var path = Path.Combine(_directory, "vocabulary.gguf");
        TokenizerGguf.Write(path, _vocabulary);
        return LlamaTokenizer.Load(path);
    }

    /// <summary>Code, prose, numbers, blanks of all kinds, other scripts, marks, emoji, and random code points.</summary>
    internal static IEnumerable<string> Texts(int seed)
    {
        string[] parts =
        [
            "import pandas as pd\n", "df = pd.read_csv('sales.csv')\n", "print(df.groupby(\"region\")['price'].mean())",
            "    return x", "The average price per category is", " 12.5%", "3.14159", "-1e-9",
            "def f(a, b=1):\n    return a+b\n", "It's we'll I'M they'RE",
            "\n\n\n", "\r\n", "\t", "   ", " ", "  \n  x", "!!!", "==", " !=",
            "Käse für zwölf", "naïve café", "日本語のテキスト", "Привет, мир",
            "مرحبا", "e\u0301e\u0301", "🙂", "👩‍👩‍👧", "𝐀𝐁𝟏𝟐", "½²Ⅷ",
            "\u00a0", "\u2028", "\u0085", "<|im_end|>", "<execute>", "</execute>",
            "Traceback (most recent call last):\n  File \"<cell>\", line 1, in <module>\nKeyError: 'Price'\n",
            "'", "''s", "'S", "\u200b", "_",
        ];
        var random = new Random(seed);
        while (true)
        {
            var text = new StringBuilder();
            for (var count = random.Next(1, 9); count > 0; count--)
            {
                if (random.Next(12) == 0)
                    text.Append(new Rune(random.Next(4) == 0 ? random.Next(0x1D400, 0x1D600) : random.Next(1, 0xA7C0)));
                else
                    text.Append(parts[random.Next(parts.Length)]);
            }

            yield return text.ToString();
        }
    }
}
