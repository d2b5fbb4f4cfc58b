using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CodeAct.Llama.Gguf;
using CodeAct.Llama.Native;

namespace CodeAct.Llama;

/// <summary>A model in memory: weights and vocabulary. Contexts over it share both.</summary>
internal sealed class LlamaModel : IDisposable
{
    private readonly LlamaModelHandle _handle;

    private LlamaModel(GgufFile file, LlamaModelHandle handle)
    {
        File = file;
        _handle = handle;
        Tokenizer = new LlamaTokenizer(handle);
    }

    public GgufFile File { get; }

    public LlamaTokenizer Tokenizer { get; }

    /// <summary>Loads a file; the first call loads llama.cpp too.</summary>
    /// <param name="path">A GGUF file.</param>
    /// <param name="options">Where the library is, and its log.</param>
    /// <param name="progress">Gets the part that is loaded, from 0 to 1, on a thread of its own choosing.</param>
    /// <param name="cancellationToken">Stops between two tensors.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged or unknown to llama.cpp.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is missing.</exception>
    public static Task<LlamaModel> LoadAsync(
        string path, LlamaOptions options, IProgress<double>? progress, CancellationToken cancellationToken) =>
        Task.Run(() => Load(path, options, progress, cancellationToken), cancellationToken);

    /// <summary>Loads the vocabulary alone.</summary>
    public static LlamaModelHandle LoadVocabulary(string path)
    {
        LlamaLibrary.Load(directory: null);
        GgufFile.Read(path).CheckModel(withWeights: false);
        var parameters = LlamaNative.llama_model_default_params();
        parameters.VocabularyOnly = 1;
        return Open(path, parameters);
    }

    public LlamaContext CreateContext(LlamaOptions options) =>
        new(_handle, Tokenizer, ContextTokens(options), options.Threads ?? ComputeThreads.For(File.Length), options);

    public void Dispose() => Tokenizer.Dispose();

    private int ContextTokens(LlamaOptions options) =>
        options.ContextTokens ?? Math.Min(File.ContextTokens!.Value, LlamaOptions.DefaultMaximumContext);

    private static unsafe LlamaModel Load(
        string path, LlamaOptions options, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        LlamaLibrary.Load(options.LibraryDirectory);
        LlamaLog.Logger = options.Logger ?? LlamaLog.Logger;
        var file = GgufFile.Read(path);
        file.CheckModel(withWeights: true);

        var loading = GCHandle.Alloc(new Loading(progress, cancellationToken));
        try
        {
            var parameters = LlamaNative.llama_model_default_params();
            parameters.Progress = &OnProgress;
            parameters.ProgressState = (void*)GCHandle.ToIntPtr(loading);
            return new LlamaModel(file, Open(path, parameters));
        }
        catch (ModelFileException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            loading.Free();
        }
    }

    private static LlamaModelHandle Open(string path, ModelParameters parameters)
    {
        var (model, errors) = LlamaLog.Capture(() => LlamaNative.llama_model_load_from_file(path, parameters));
        if (!model.IsInvalid)
            return model;

        model.Dispose();
        throw new ModelFileException(path, $"llama.cpp cannot load it ({errors}); use a model that llama.cpp v0.5 knows.");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe byte OnProgress(float part, void* state)
    {
        var loading = (Loading)GCHandle.FromIntPtr((nint)state).Target!;
        loading.Progress?.Report(part);
        return loading.CancellationToken.IsCancellationRequested ? (byte)0 : (byte)1;
    }

    private sealed record Loading(IProgress<double>? Progress, CancellationToken CancellationToken);
}
