using CodeAct.Llama.Native;

namespace CodeAct.Llama;

/// <summary>Hands files to llama.cpp.</summary>
internal static class LlamaModelFile
{
    public static LlamaModelHandle LoadVocabulary(string path)
    {
        LlamaLibrary.Load(directory: null);
        var parameters = LlamaNative.llama_model_default_params();
        parameters.VocabularyOnly = 1;
        return Load(path, parameters);
    }

    public static LlamaModelHandle Load(string path, ModelParameters parameters)
    {
        var (model, errors) = LlamaLog.Capture(() => LlamaNative.llama_model_load_from_file(path, parameters));
        if (!model.IsInvalid)
            return model;

        model.Dispose();
        throw new ModelFileException(path, $"llama.cpp cannot load it ({errors}). Use a GGUF file that this llama.cpp knows.");
    }
}
