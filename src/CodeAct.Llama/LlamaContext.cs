using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CodeAct.Llama.Native;
using CodeAct.Models;

namespace CodeAct.Llama;

/// <summary>
/// The tokens that a model has read, with its KV cache. A new prompt keeps the part that it has in common with them. Calls
/// must not overlap.
/// </summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    private const int SinglePrecision = 0; // GGML_TYPE_F32
    private const int Aborted = 2;

    private readonly LlamaContextHandle _handle;
    private readonly LlamaTokenizer _tokenizer;
    private readonly int _batch;
    private readonly List<int> _tokens = [];
    private readonly byte* _abort;

    public LlamaContext(LlamaModelHandle model, LlamaTokenizer tokenizer, int contextTokens, int threads, LlamaOptions options)
    {
        _tokenizer = tokenizer;
        _batch = Math.Min(options.BatchTokens, contextTokens);
        _abort = (byte*)NativeMemory.AllocZeroed(1);
        Capacity = contextTokens;

        var parameters = LlamaNative.llama_context_default_params();
        parameters.ContextTokens = (uint)contextTokens;
        parameters.BatchTokens = parameters.MicroBatchTokens = (uint)_batch;
        parameters.Sequences = 1;
        parameters.Threads = parameters.BatchThreads = threads;
        parameters.NoTimings = 1;
        parameters.Abort = &ShouldAbort;
        parameters.AbortState = _abort;
        parameters.FlashAttention = 0; // on processors plain attention is faster, three times so for small models
        if (options.FullPrecision)
            parameters.KeyType = parameters.ValueType = SinglePrecision;

        var (handle, errors) = LlamaLog.Capture(() => new LlamaContextHandle(model, parameters));
        _handle = handle;
        if (_handle.IsInvalid)
        {
            NativeMemory.Free(_abort);
            throw new InvalidOperationException(
                $"llama.cpp cannot make a context of {contextTokens} tokens ({errors}); ask for a smaller one.");
        }
    }

    /// <summary>Tokens that fit.</summary>
    public int Capacity { get; }

    /// <summary>Tokens read now.</summary>
    public int Count => _tokens.Count;

    /// <summary>Tokens computed so far, over all prompts and replies.</summary>
    public long Computed { get; private set; }

    /// <summary>The model's scores for the token after the last one read; valid until the next call.</summary>
    public ReadOnlySpan<float> Logits => new(LlamaNative.llama_get_logits_ith(_handle, -1), _tokenizer.VocabularySize);

    /// <summary>Makes these the tokens read, computing only those after the common beginning.</summary>
    /// <returns>How many were kept.</returns>
    /// <exception cref="ContextOverflowException">There is no room for them and one more.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was computed is kept for the next prompt.</exception>
    public int Prompt(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        if (tokens.Length >= Capacity)
            throw new ContextOverflowException(tokens.Length, Capacity - 1);

        // The last token is always computed, for its scores.
        var kept = Math.Min(CollectionsMarshal.AsSpan(_tokens).CommonPrefixLength(tokens), tokens.Length - 1);
        kept = Truncate(kept);
        for (var start = kept; start < tokens.Length; start += _batch)
            Compute(tokens.Slice(start, Math.Min(_batch, tokens.Length - start)), cancellationToken);

        return kept;
    }

    /// <summary>Reads one more token.</summary>
    public void Append(int token, CancellationToken cancellationToken) => Compute([token], cancellationToken);

    /// <summary>Chooses the next token by a sampler.</summary>
    public int Sample(LlamaSamplerHandle sampler) => LlamaNative.llama_sampler_sample(sampler, _handle, -1);

    public void Dispose()
    {
        _handle.Dispose();
        NativeMemory.Free(_abort);
    }

    private void Compute(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        *_abort = 0;
        int result;
        using (cancellationToken.UnsafeRegister(static context => *((LlamaContext)context!)._abort = 1, this))
        {
            fixed (int* first = tokens)
                result = LlamaNative.llama_decode(_handle, new Batch { Count = tokens.Length, Tokens = first });
        }

        if (result != 0)
        {
            Truncate(_tokens.Count);
            if (result == Aborted)
                throw new OperationCanceledException(cancellationToken);

            throw new InvalidOperationException($"llama.cpp failed to compute {tokens.Length} tokens (code {result}).");
        }

        _tokens.AddRange(tokens);
        Computed += tokens.Length;
    }

    /// <summary>Forgets all tokens from one on; a model that can only forget everything does that.</summary>
    /// <returns>How many are left.</returns>
    private int Truncate(int count)
    {
        var memory = LlamaNative.llama_get_memory(_handle);
        if (LlamaNative.llama_memory_seq_rm(memory, 0, count, -1) == 0)
        {
            _ = LlamaNative.llama_memory_seq_rm(memory, 0, -1, -1);
            count = 0;
        }

        CollectionsMarshal.SetCount(_tokens, count);
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* abort) => *(byte*)abort;
}
