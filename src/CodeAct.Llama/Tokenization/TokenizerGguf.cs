using CodeAct.Llama.Gguf;

namespace CodeAct.Llama.Tokenization;

/// <summary>A vocabulary as GGUF: what llama.cpp needs to tokenize exactly as it will when it runs the model.</summary>
public static class TokenizerGguf
{
    private const int NormalToken = 1;
    private const int ControlToken = 3;
    private const int UnusedToken = 5;

    /// <summary>Writes a file with the vocabulary and no weights.</summary>
    public static void Write(string path, BpeVocabulary vocabulary)
    {
        var metadata = new GgufMetadata();
        metadata.Set(GgufKeys.Architecture, "llama");
        metadata.Set(GgufKeys.Name, Path.GetFileNameWithoutExtension(path));
        Describe(metadata, vocabulary, vocabulary.Tokens.Count);
        GgufWriter.Write(path, metadata, [], CancellationToken.None);
    }

    /// <summary>Adds the <c>tokenizer.*</c> keys of a model's file.</summary>
    /// <param name="metadata">Gets the keys.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="size">Rows of the model's embedding; those after the last token get names that no text has.</param>
    internal static void Describe(GgufMetadata metadata, BpeVocabulary vocabulary, int size)
    {
        var count = vocabulary.Tokens.Count;
        string[] tokens = [.. vocabulary.Tokens, .. Enumerable.Range(count, size - count).Select(id => $"[PAD{id}]")];
        metadata.Set("tokenizer.ggml.model", "gpt2");
        metadata.Set("tokenizer.ggml.pre", PreTokenizer.Name);
        metadata.Set(GgufKeys.Tokens, tokens);
        metadata.Set("tokenizer.ggml.token_type", tokens.Select((_, id) => TokenType(vocabulary, id)).ToArray());
        metadata.Set("tokenizer.ggml.merges", vocabulary.Merges.Select(merge => $"{merge.Left} {merge.Right}").ToArray());
        metadata.Set("tokenizer.ggml.bos_token_id", (uint)vocabulary.EndOfTextId);
        metadata.Set("tokenizer.ggml.eos_token_id", (uint)vocabulary.TurnEndId);
        metadata.Set("tokenizer.ggml.eot_token_id", (uint)vocabulary.TurnEndId);
        metadata.Set("tokenizer.ggml.padding_token_id", (uint)vocabulary.EndOfTextId);
        metadata.Set("tokenizer.ggml.add_bos_token", false);
        metadata.Set("tokenizer.ggml.add_eos_token", false);
        metadata.Set("tokenizer.chat_template", BpeVocabulary.ChatTemplate);
    }

    private static int TokenType(BpeVocabulary vocabulary, int id) =>
        id < vocabulary.EndOfTextId ? NormalToken : id < vocabulary.Tokens.Count ? ControlToken : UnusedToken;
}
