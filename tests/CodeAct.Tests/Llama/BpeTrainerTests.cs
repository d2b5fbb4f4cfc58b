using CodeAct.Llama;
using CodeAct.Llama.Tokenization;

namespace CodeAct.Tests.Llama;

public sealed class BpeTrainerTests : IDisposable
{
    private static readonly string[] _texts =
        ["low lower lowest", "new newer newest", "print(low)", "print(new)", "naïve 12 12 12", "for low in new:\n    print(low)"];

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-bpe-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_most_frequent_pair_is_merged_first()
    {
        var vocabulary = BpeTrainer.Train(["abab abab abab"], 262);
        Assert.Equal([("a", "b"), ("ab", "ab"), ("Ġ", "abab")], vocabulary.Merges);
        Assert.Equal(["ab", "abab", "Ġabab", "<|endoftext|>", "<|im_start|>", "<|im_end|>"], vocabulary.Tokens.Skip(256));
    }

    [Fact]
    public void No_token_holds_two_digits_or_a_digit_with_something_else() =>
        Assert.DoesNotContain(
            BpeTrainer.Train(_texts, 400).Tokens, token => token.Length > 1 && token.Any(char.IsAsciiDigit));

    [Fact]
    public void The_order_of_the_texts_does_not_matter()
    {
        var forward = BpeTrainer.Train(_texts, 270);
        var backward = BpeTrainer.Train(_texts.Reverse(), 270);
        Assert.Equal(forward.Tokens, backward.Tokens);
        Assert.Equal(forward.Merges, backward.Merges);
    }

    [Fact]
    public void Training_ends_when_no_pair_stands_twice() => Assert.Equal(259, BpeTrainer.Train(["abc"], 1000).Tokens.Count);

    [Fact]
    public void A_vocabulary_comes_back_from_its_files()
    {
        var vocabulary = BpeTrainer.Train(_texts, 270);
        vocabulary.Save(_directory);
        var loaded = BpeVocabulary.Load(_directory);

        Assert.Equal(vocabulary.Tokens, loaded.Tokens);
        Assert.Equal(vocabulary.Merges, loaded.Merges);
        Assert.Equal((267, 268, 269), (loaded.EndOfTextId, loaded.TurnStartId, loaded.TurnEndId));
    }

    [Theory]
    [InlineData("\\\\p{N}|", "\\\\p{N}+|", "it splits by")]
    [InlineData("\"id\": 268", "\"id\": 270", "gaps")]
    [InlineData("{", "[", "no byte-level BPE tokenizer")]
    public void A_tokenizer_of_another_kind_is_refused(string old, string changed, string problem)
    {
        BpeTrainer.Train(_texts, 270).Save(_directory);
        var file = Path.Combine(_directory, "tokenizer.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace(old, changed, StringComparison.Ordinal));
        var error = Assert.Throws<ModelFileException>(() => BpeVocabulary.Load(_directory));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
