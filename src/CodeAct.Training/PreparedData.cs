using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Tokenization;

namespace CodeAct.Training;

/// <summary>A folder written by <c>prepare</c>: the shards train, copy and held, the tokenizer, and what an agent must know.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="Vocabulary">The tokens.</param>
/// <param name="Train">Conversations to learn.</param>
/// <param name="Copy">Copy tasks.</param>
/// <param name="Held">Conversations that are never trained on.</param>
/// <param name="Families">Names of the families, by their number in the shards.</param>
/// <param name="Profile">What an agent must know.</param>
internal sealed record PreparedData(
    string Directory, BpeVocabulary Vocabulary, TokenShard Train, TokenShard Copy, TokenShard Held, string[] Families, ModelProfile Profile)
{
    private const string FamiliesFile = "families.json", ProfileFile = "profile.json";

    public static PreparedData Load(string directory) => new(
        directory,
        BpeVocabulary.Load(directory),
        TokenShard.Load(directory, "train"),
        TokenShard.Load(directory, "copy"),
        TokenShard.Load(directory, "held"),
        JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(directory, FamiliesFile)))!,
        JsonSerializer.Deserialize<ModelProfile>(File.ReadAllText(Path.Combine(directory, ProfileFile)))!);

    /// <summary>
    /// Learns a vocabulary from the training conversations of a file, which is in the CodeActInstruct layout with one JSON object
    /// a line, and writes the folder.
    /// </summary>
    public static void Write(string source, string directory, PrepareOptions options, TextWriter report)
    {
        System.IO.Directory.CreateDirectory(directory);
        var conversations = File.ReadLines(source).Where(line => line.Length > 0).Select(Conversation.Parse).ToArray();
        var train = conversations.Where(conversation => conversation.IsTraining).ToArray();
        var vocabulary = BpeTrainer.Train(train.SelectMany(conversation => conversation.Turns.Select(turn => turn.Content)), options.Vocabulary);
        vocabulary.Save(directory);
        var file = Path.Combine(directory, "tokenizer.gguf");
        TokenizerGguf.Write(file, vocabulary);
        using var tokenizer = LlamaTokenizer.Load(file);
        var tokens = new Tokenization(text => tokenizer.Encode(text, parseSpecial: false), vocabulary.Tokens.Count, vocabulary.TurnStartId, vocabulary.TurnEndId);

        string[] families = [.. conversations.Select(conversation => conversation.Family).Distinct().Order(StringComparer.Ordinal)];
        File.WriteAllText(Path.Combine(directory, FamiliesFile), JsonSerializer.Serialize(families));
        Shard("train", train);
        Shard("held", conversations.Where(conversation => !conversation.IsTraining));
        TokenShard.Save(directory, "copy", new CopyTasks(tokens, options.Seed).Conversations(options.CopyTasks)
            .Where(conversation => conversation.Tokens.Length <= options.Context));
        var turns = train.SelectMany(conversation => conversation.Turns).ToArray();
        File.WriteAllText(Path.Combine(directory, ProfileFile), JsonSerializer.Serialize(new ModelProfile
        {
            SystemPrompt = turns.FirstOrDefault(turn => turn.Role == "system").Content,
            ObservationRole = turns.Any(turn => turn.Role == "observation") ? "observation" : null,
        }));

        void Shard(string name, IEnumerable<Conversation> part)
        {
            var all = part.Select(c => (tokens.Conversation(c.Turns.Select(turn => (turn.Role, tokens.Encode(turn.Content)))), Array.IndexOf(families, c.Family))).ToArray();
            var fitting = all.Where(conversation => conversation.Item1.Length <= options.Context).ToArray();
            TokenShard.Save(directory, name, fitting);
            report.WriteLine($"{name}: {fitting.Length:N0} conversations, {fitting.Sum(c => (long)c.Item1.Length):N0} tokens, longest "
                + $"{all.Max(c => c.Item1.Length)}; {all.Length - fitting.Length} longer than {options.Context} left out.");
        }
    }

    /// <exception cref="InvalidDataException">The recipe's model cannot read this data.</exception>
    public void Check(Recipe recipe)
    {
        if (recipe.Model.Vocabulary != Vocabulary.Tokens.Count)
        {
            throw new InvalidDataException(
                $"{Directory} has {Vocabulary.Tokens.Count} tokens, the recipe's vocabulary is {recipe.Model.Vocabulary}; make them equal.");
        }
        foreach (var shard in new[] { Train, Copy, Held })
        {
            var longest = Enumerable.Range(0, shard.Count).Max(shard.Length);
            if (longest > recipe.Model.Context)
            {
                throw new InvalidDataException(
                    $"{Directory} has a conversation of {longest} tokens, the recipe's context is {recipe.Model.Context}; prepare it with --context.");
            }
        }
    }

    /// <summary>Writes the model as a Hugging Face checkpoint, with the tokenizer and what an agent must know.</summary>
    public void Export(LlamaModel model, string directory)
    {
        HuggingFace.Save(model, Profile, Vocabulary, directory);
    }

    // Every split but "train" is held out, whatever it is held out by.
    private sealed record Conversation(IReadOnlyList<(string Role, string Content)> Turns, string Family, bool IsTraining)
    {
        public static Conversation Parse(string line)
        {
            var json = JsonNode.Parse(line)!;
            return new Conversation(
                [.. json["conversations"]!.AsArray().Select(turn => (turn!["role"]!.GetValue<string>(), turn["content"]!.GetValue<string>()))],
                json["family"]?.GetValue<string>() ?? "all",
                json["split"]?.GetValue<string>() is null or "train");
        }
    }
}

/// <param name="Vocabulary">Tokens to learn, control tokens included.</param>
/// <param name="Context">Longest conversation in tokens; longer ones are left out.</param>
/// <param name="CopyTasks">Number of copy conversations to make.</param>
/// <param name="Seed">Of the copy tasks.</param>
internal sealed record PrepareOptions(int Vocabulary, int Context, int CopyTasks, int Seed);
