using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace CodeAct.Models;

/// <summary>Models behind an OpenAI-compatible server: OpenAI, vLLM, Ollama, LM Studio, llama.cpp and many more.</summary>
public static class OpenAIModels
{
    /// <summary>Makes the model; nothing is sent yet.</summary>
    /// <returns>A model whose client throws <see cref="ModelException"/> when it cannot be asked or breaks off.</returns>
    /// <exception cref="ModelException">OpenAI itself is to be asked, without a key.</exception>
    public static Model Create(OpenAIModelOptions options)
    {
        if (options.ApiKey is null && options.BaseUrl.Host == OpenAIModelOptions.OpenAIUrl.Host)
        {
            throw new ModelException(
                ModelErrorKind.WrongKey,
                $"{options} needs an API key: set OPENAI_API_KEY. For a server of your own, say where it is with --base-url.");
        }

        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a redirected POST becomes a GET, and its error misleads
            ConnectTimeout = OpenAIModelOptions.ConnectTimeout,
            UseProxy = !options.BaseUrl.IsLoopback, // a proxy that the environment names cannot reach this machine
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        { Timeout = Timeout.InfiniteTimeSpan }; // the pipeline's network timeout counts silence only
        var clientOptions = new OpenAIClientOptions
        {
            Endpoint = options.BaseUrl,
            NetworkTimeout = options.Timeout,
            RetryPolicy = new OpenAIRetryPolicy(options.MaxRetries, options.TimeProvider),
            Transport = new HttpClientPipelineTransport(http),
        };
        clientOptions.AddPolicy(new OpenAIDialectPolicy(options.BaseUrl), PipelinePosition.PerCall);
        var chat = new ChatClient(options.ModelId, new ApiKeyCredential(options.ApiKey ?? "none"), clientOptions);
        return new Model($"openai:{options.ModelId}", new OpenAIErrorClient(chat.AsIChatClient(), options, http));
    }
}
