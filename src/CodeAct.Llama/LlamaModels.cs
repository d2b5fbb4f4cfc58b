using CodeAct.Llama.Gguf;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.Llama;

/// <summary>Makes <see cref="Model"/>s of GGUF files.</summary>
public static class LlamaModels
{
    /// <summary>What names a GGUF file in <c>--model gguf:PATH</c>.</summary>
    public const string Provider = "gguf";

    /// <summary>Loads a file, with the system prompt and the role of observations that it was trained with.</summary>
    /// <param name="path">A GGUF file with a chat template.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="progress">Gets the part that is loaded, from 0 to 1.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <exception cref="ModelFileException">The file is missing, damaged, or of a kind that llama.cpp does not know.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is not installed; the message names the command.</exception>
    public static async Task<Model> LoadAsync(
        string path, LlamaOptions options, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var name = new ModelName(Provider, path).ToString();
        var model = await LlamaModel.LoadAsync(path, options, progress, cancellationToken);
        LlamaChatClient client;
        try
        {
            client = await Task.Run(() => new LlamaChatClient(name, model, options), cancellationToken);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        return new Model(name, client)
        {
            SystemPrompt = model.File.Metadata.Text(GgufKeys.SystemPrompt),
            ObservationRole = model.File.Metadata.Text(GgufKeys.ObservationRole) is { } role ? new ChatRole(role) : ChatRole.User,
            ContextTokens = client.ContextTokens,
            CallsFunctions = false,
        };
    }
}
