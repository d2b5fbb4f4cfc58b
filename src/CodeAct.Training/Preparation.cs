using System.Text.Json;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Tokenization;

namespace CodeAct.Training;

/// <summary>From conversations to a folder of <see cref="PreparedData"/>.</summary>
/// <param name="Vocabulary">Tokens to learn, control tokens included.</param>
/// <param name="Known">A folder with the vocabulary of a model that is to learn on; null to learn a new one.</param>
/// <param name="Context">Longest conversation in tokens; longer ones are left out.</param>
/// <param name="CopyTasks">Number of copy tasks to make.</param>
/// <param name="Seed">Of the copy tasks.</param>
internal sealed record Preparation(int Vocabulary, string? Known, int Context, int CopyTasks, int Seed)
{
    private const string Observation = "observation";

    /// <summary>Learns a vocabulary from the training conversations, tokenizes all of them and makes copy tasks.</summary>
    /// <param name="sources">Files in the CodeActInstruct layout, one JSON object a line.</param>
    /// <param name="directory">The folder to write.</param>
    /// <param name="report">Told what was written.</param>
    public void Write(IEnumerable<string> sources, string directory, TextWriter report)
    {
        Directory.CreateDirectory(directory);
        var lines = sources.SelectMany(File.ReadLines).Where(line => line.Length > 0);
        var conversations = HoldOut([.. lines.Select(Conversation.Parse)]);
        var turns = conversations.Where(item => item.IsTraining).SelectMany(item => item.Turns).ToArray();
        var vocabulary = Known is null ? BpeTrainer.Train(turns.Select(turn => turn.Content), Vocabulary) : BpeVocabulary.Load(Known);
        vocabulary.Save(directory);

        // llama.cpp's own tokenizer, so that a token in training is a token in use.
        var vocabularyFile = Path.Combine(directory, "tokenizer.gguf");
        TokenizerGguf.Write(vocabularyFile, vocabulary);
        using var tokenizer = LlamaTokenizer.Load(vocabularyFile);
        var tokens = new Tokenization(
            text => tokenizer.Encode(text, parseSpecial: false), vocabulary.TurnStartId, vocabulary.TurnEndId);

        string[] families = [.. conversations.Select(item => item.Family).Distinct().Order(StringComparer.Ordinal)];
        Save(directory, PreparedData.FamiliesFile, families);
        Save(directory, PreparedData.ProfileFile, new ModelProfile
        {
            SystemPrompt = turns.FirstOrDefault(turn => turn.Role == "system").Content,
            ObservationRole = turns.Any(turn => turn.Role == Observation) ? Observation : null,
        });
        var shard = conversations.ToLookup(
            item => item.IsTraining ? "train" : "held",
            item => (tokens.Conversation(item.Turns), Array.IndexOf(families, item.Family)));
        Save(directory, "train", shard["train"], report);
        Save(directory, "held", shard["held"], report);
        Save(directory, "copy", new CopyTasks(tokens, vocabulary.EndOfTextId, Seed).Conversations(CopyTasks), report);
    }

    // Files with no held-out split among them give every hundredth conversation.
    private static Conversation[] HoldOut(Conversation[] conversations) =>
        conversations.Any(item => !item.IsTraining)
            ? conversations
            : [.. conversations.Select((item, i) => item with { IsTraining = i % 100 != 99 })];

    private void Save(string directory, string name, IEnumerable<(ushort[] Tokens, int Family)> shard, TextWriter report)
    {
        var all = shard.ToArray();
        var fitting = all.Where(item => item.Tokens.Length <= Context).ToArray();
        TokenShard.Save(directory, name, fitting);
        report.WriteLine($"{name}: {fitting.Length:N0} conversations, {fitting.Sum(item => (long)item.Tokens.Length):N0} tokens, "
            + $"longest {fitting.Max(item => item.Tokens.Length)}; "
            + $"{all.Length - fitting.Length:N0} longer than {Context} left out.");
    }

    private static void Save<T>(string directory, string name, T value) =>
        File.WriteAllText(Path.Combine(directory, name), JsonSerializer.Serialize(value) + "\n");
}
