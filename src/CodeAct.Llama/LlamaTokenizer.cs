using System.Buffers;
using System.Text;
using CodeAct.Llama.Native;

namespace CodeAct.Llama;

/// <summary>llama.cpp's own tokenizer for a model's vocabulary: tokens are what the model will see. Safe to share.</summary>
public sealed class LlamaTokenizer : IDisposable
{
    private const int SentencePiece = 1;

    private readonly LlamaModelHandle _model;
    private readonly nint _vocabulary;
    private readonly byte[][] _pieces;

    internal LlamaTokenizer(LlamaModelHandle model)
    {
        _model = model;
        _vocabulary = LlamaNative.llama_model_get_vocab(model);
        _pieces = new byte[LlamaNative.llama_vocab_n_tokens(_vocabulary)][];
        for (var token = 0; token < _pieces.Length; token++)
            _pieces[token] = ReadPiece(token);
    }

    /// <summary>Number of tokens.</summary>
    public int VocabularySize => _pieces.Length;

    /// <summary>Whether prompts start with <see cref="BeginOfText"/>.</summary>
    public bool AddsBeginOfText => LlamaNative.llama_vocab_get_add_bos(_vocabulary) != 0;

    /// <summary>Whether a text gets a blank before it when it is tokenized by itself, as SentencePiece vocabularies do.</summary>
    internal bool AddsBlank => LlamaNative.llama_vocab_type(_vocabulary) == SentencePiece;

    /// <summary>The token that begins a text; -1 when there is none.</summary>
    public int BeginOfText => LlamaNative.llama_vocab_bos(_vocabulary);

    /// <summary>Loads the vocabulary of a GGUF file without its weights.</summary>
    /// <exception cref="ModelFileException">The file is missing, damaged or has no vocabulary.</exception>
    public static LlamaTokenizer Load(string path) => new(LlamaModel.LoadVocabulary(path));

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="parseSpecial">Whether control tokens written in the text become those; else they are plain text.</param>
    public unsafe int[] Encode(string text, bool parseSpecial)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var tokens = ArrayPool<int>.Shared.Rent(bytes.Length + 1);
        try
        {
            var length = Encoding.UTF8.GetBytes(text, bytes);
            fixed (byte* from = bytes)
            fixed (int* to = tokens)
            {
                // A text never has more tokens than bytes, so the buffer always does.
                var count = LlamaNative.llama_tokenize(
                    _vocabulary, from, length, to, tokens.Length, addSpecial: 0, parseSpecial ? (byte)1 : (byte)0);
                return tokens[..count];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    /// <summary>The text of tokens; control tokens give their names, broken UTF-8 gives U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var token in tokens)
            bytes.Write(Piece(token));

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The bytes of a token, which may be part of a character.</summary>
    public ReadOnlySpan<byte> Piece(int token) => _pieces[token];

    /// <summary>Whether a model says with this token that its turn is over.</summary>
    public bool EndsGeneration(int token) => LlamaNative.llama_vocab_is_eog(_vocabulary, token) != 0;

    /// <summary>Whether a token is no text but a mark between texts.</summary>
    internal bool IsControl(int token) => LlamaNative.llama_vocab_is_control(_vocabulary, token) != 0;

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private unsafe byte[] ReadPiece(int token)
    {
        var buffer = new byte[64];
        while (true)
        {
            fixed (byte* at = buffer)
            {
                // Negative: the length that the buffer should have had.
                var length = LlamaNative.llama_token_to_piece(_vocabulary, token, at, buffer.Length, skipSpaces: 0, special: 1);
                if (length >= 0)
                    return buffer[..length];

                buffer = new byte[-length];
            }
        }
    }
}
