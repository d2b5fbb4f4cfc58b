using System.Text.Json;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Tokenization;

namespace CodeAct.Training;

/// <summary>A folder that <see cref="Preparation"/> wrote: three shards, their tokenizer, and what an agent must know.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="Vocabulary">The tokens.</param>
/// <param name="Profile">What an agent must know of a model trained on it.</param>
/// <param name="Families">Names of the families, by their number in the shards.</param>
internal sealed record PreparedData(string Directory, BpeVocabulary Vocabulary, ModelProfile Profile, string[] Families)
{
    public const string FamiliesFile = "families.json", ProfileFile = "profile.json";

    /// <summary>Conversations to learn.</summary>
    public TokenShard Train { get; } = TokenShard.Load(Directory, "train");

    /// <summary>Copy tasks.</summary>
    public TokenShard Copy { get; } = TokenShard.Load(Directory, "copy");

    /// <summary>Conversations that are never trained on.</summary>
    public TokenShard Held { get; } = TokenShard.Load(Directory, "held");

    public static PreparedData Load(string directory) => new(
        directory,
        BpeVocabulary.Load(directory),
        Read<ModelProfile>(directory, ProfileFile),
        Read<string[]>(directory, FamiliesFile));

    /// <exception cref="InvalidDataException">The recipe's model cannot read this data.</exception>
    public void Check(Recipe recipe)
    {
        if (recipe.Model.Vocabulary != Vocabulary.Tokens.Count)
        {
            throw new InvalidDataException(
                $"{Directory} has a vocabulary of {Vocabulary.Tokens.Count}, the recipe of {recipe.Model.Vocabulary}.");
        }
        var longest = new[] { Train, Copy, Held }.Max(shard => Enumerable.Range(0, shard.Count).Max(shard.Length));
        if (longest > recipe.Model.Context)
        {
            throw new InvalidDataException(
                $"{Directory} has a conversation of {longest} tokens, the context is {recipe.Model.Context}: prepare it again.");
        }
    }

    /// <exception cref="InvalidDataException">The checkpoint's tokens are not those of this data.</exception>
    public void Check(HfCheckpoint checkpoint)
    {
        if (!checkpoint.Vocabulary.Tokens.SequenceEqual(Vocabulary.Tokens))
        {
            throw new InvalidDataException(
                $"{checkpoint.Directory} has other tokens than {Directory}: prepare the data with --vocab-of {checkpoint.Directory}.");
        }
    }

    private static T Read<T>(string directory, string name) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(directory, name)))!;
}
