using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CodeAct.Llama;
using CodeAct.Llama.Gguf;
using CodeAct.Llama.Native;

namespace CodeAct.SystemTests.Llama;

public sealed class LlamaLibraryTests
{
    public LlamaLibraryTests() => LlamaLibrary.Load(directory: null);

    [Fact]
    public void The_model_parameters_are_laid_out_as_in_the_header()
    {
        var parameters = LlamaNative.llama_model_default_params();

        Assert.Equal(80, Unsafe.SizeOf<ModelParameters>());
        Assert.Equal(
            (-1, 1, -1, 1, 0),
            (parameters.GpuLayers, parameters.SplitMode, parameters.LoadMode, parameters.LazyMode, parameters.MainGpu));
        Assert.Equal((0, 0, 1, 0, 0, 0), (parameters.VocabularyOnly, parameters.CheckTensors, parameters.UseExtraBuffers,
            parameters.NoHost, parameters.NoAllocate, parameters.LoadMtp));
        Assert.Equal(
            (0, 0, 0, 0), (parameters.Devices, parameters.TensorBufferOverrides, parameters.TensorSplit, parameters.Overrides));
    }

    [Fact]
    public void The_context_parameters_are_laid_out_as_in_the_header()
    {
        var parameters = LlamaNative.llama_context_default_params();

        Assert.Equal(160, Unsafe.SizeOf<ContextParameters>());
        Assert.Equal(
            (512u, 2048u, 512u, 1u),
            (parameters.ContextTokens, parameters.BatchTokens, parameters.MicroBatchTokens, parameters.Sequences));
        Assert.Equal((0u, 0u, 1u), (parameters.RecurrentSnapshots, parameters.Outputs, parameters.OutputsPerSequence));
        Assert.Equal((4, 4), (parameters.Threads, parameters.BatchThreads));
        Assert.Equal(
            (0, -1, -1, -1, -1),
            (parameters.ContextType, parameters.RopeScaling, parameters.Pooling, parameters.Attention,
                parameters.FlashAttention));
        Assert.Equal(
            (0f, 0f, -1f, -1f),
            (parameters.RopeBase, parameters.RopeScale, parameters.YarnExtrapolation, parameters.YarnAttention));
        Assert.Equal(
            (-1f, -1f, 0u, -1f),
            (parameters.YarnBetaFast, parameters.YarnBetaSlow, parameters.YarnOriginalContext, parameters.DefragmentThreshold));
        Assert.Equal((1, 1), (parameters.KeyType, parameters.ValueType));
        Assert.Equal((0, 1, 1, 1, 1, 0), (parameters.Embeddings, parameters.OffloadKeyValues, parameters.NoTimings,
            parameters.OffloadOperations, parameters.FullSlidingWindow, parameters.UnifiedCache));
        Assert.Equal((0, 0u, 0), (parameters.Samplers, parameters.SamplerCount, parameters.OtherContext));
    }

    [Fact]
    public void Our_table_of_tensor_types_is_that_of_the_library()
    {
        var types = Enumerable.Range(0, 43).Where(type => LlamaNative.ggml_blck_size(type) > 0).ToArray();
        Assert.Equal(types, GgmlLayout.Known.Order());
        foreach (var type in types)
        {
            Assert.True(GgmlLayout.TryGet(type, out var layout));
            Assert.Equal(
                (LlamaNative.ggml_blck_size(type), (long)LlamaNative.ggml_type_size(type)), (layout.Numbers, layout.Bytes));
            Assert.Equal(Marshal.PtrToStringUTF8(LlamaNative.ggml_type_name(type)), layout.Name, ignoreCase: true);
        }
    }

    [Fact]
    public void A_folder_without_the_library_is_refused_with_the_command_that_installs_it()
    {
        var folder = Directory.CreateTempSubdirectory("codeact-no-llama-");
        try
        {
            var error = Assert.Throws<LlamaLibraryException>(() => LlamaLibrary.Locate(folder.FullName));
            Assert.Contains("scripts/setup-llama", error.Message, StringComparison.Ordinal);
            Assert.Contains(folder.FullName, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete();
        }
    }
}
