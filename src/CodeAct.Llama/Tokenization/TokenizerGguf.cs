using CodeAct.Llama.Gguf;

namespace CodeAct.Llama.Tokenization;

/// <summary>A vocabulary as GGUF: what llama.cpp needs to tokenize exactly as it will when it runs the model.</summary>
public static class TokenizerGguf
{
    private const int NormalToken = 1;
    private const int ControlToken = 3;

    /// <summary>Writes a file with the vocabulary and no weights.</summary>
    public static void Write(string path, BpeVocabulary vocabulary)
    {
        var metadata = new GgufMetadata();
        metadata.Set("general.architecture", "llama");
        metadata.Set("general.name", Path.GetFileNameWithoutExtension(path));
        Describe(metadata, vocabulary, BpeVocabulary.ChatTemplate);
        GgufWriter.Write(path, metadata, [], CancellationToken.None);
    }

    /// <summary>Adds the <c>tokenizer.*</c> keys of a model's file.</summary>
    internal static void Describe(GgufMetadata metadata, BpeVocabulary vocabulary, string chatTemplate)
    {
        metadata.Set("tokenizer.ggml.model", "gpt2");
        metadata.Set("tokenizer.ggml.pre", PreTokenizer.Name);
        metadata.Set("tokenizer.ggml.tokens", vocabulary.Tokens.ToArray());
        metadata.Set(
            "tokenizer.ggml.token_type",
            vocabulary.Tokens.Select((_, id) => id >= vocabulary.EndOfTextId ? ControlToken : NormalToken).ToArray());
        metadata.Set("tokenizer.ggml.merges", vocabulary.Merges.Select(merge => $"{merge.Left} {merge.Right}").ToArray());
        metadata.Set("tokenizer.ggml.bos_token_id", (uint)vocabulary.EndOfTextId);
        metadata.Set("tokenizer.ggml.eos_token_id", (uint)vocabulary.TurnEndId);
        metadata.Set("tokenizer.ggml.eot_token_id", (uint)vocabulary.TurnEndId);
        metadata.Set("tokenizer.ggml.padding_token_id", (uint)vocabulary.EndOfTextId);
        metadata.Set("tokenizer.ggml.add_bos_token", false);
        metadata.Set("tokenizer.ggml.add_eos_token", false);
        metadata.Set("tokenizer.chat_template", chatTemplate);
    }
}
