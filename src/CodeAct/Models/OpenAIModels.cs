using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

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

        var http = Http(options);
        var settings = Settings(options, http);
        settings.AddPolicy(new OpenAIDialectPolicy(options.BaseUrl), PipelinePosition.PerCall);
        var chat = new ChatClient(options.ModelId, Credential(options), settings);
        return new Model($"openai:{options.ModelId}", new OpenAIErrorClient(chat.AsIChatClient(), options, http))
        {
            Endpoint = options.BaseUrl == OpenAIModelOptions.OpenAIUrl
                ? null
                : new UriBuilder(options.BaseUrl) { UserName = "", Password = "" }.Uri,
        };
    }

    /// <summary>Asks a server which models it has.</summary>
    /// <param name="options">Where it is; which model is named does not matter.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>In the server's order.</returns>
    /// <exception cref="ModelException">It cannot be asked, or what it answers is no list of models.</exception>
    public static async Task<IReadOnlyList<ServedModel>> ListAsync(
        OpenAIModelOptions options, CancellationToken cancellationToken)
    {
        using var http = Http(options);
        try
        {
            var client = new OpenAIModelClient(Credential(options), Settings(options, http));
            var answer = await client.GetModelsAsync(new RequestOptions { CancellationToken = cancellationToken });
            using var json = JsonDocument.Parse(answer.GetRawResponse().Content);
            return [.. json.RootElement.GetProperty("data").EnumerateArray().Select(ServedModel.Read)];
        }
        catch (Exception exception) when (OpenAIErrors.IsOfTheWorld(exception, cancellationToken))
        {
            throw OpenAIErrors.Of(options, exception, started: false, asked: "models");
        }
    }

    private static ApiKeyCredential Credential(OpenAIModelOptions options) => new(options.ApiKey ?? "none");

    private static OpenAIClientOptions Settings(OpenAIModelOptions options, HttpClient http) => new()
    {
        Endpoint = options.BaseUrl,
        NetworkTimeout = options.Timeout,
        RetryPolicy = new OpenAIRetryPolicy(options.MaxRetries, options.TimeProvider),
        Transport = new HttpClientPipelineTransport(http),
    };

    private static HttpClient Http(OpenAIModelOptions options) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // a redirected POST becomes a GET, and its error misleads
        ConnectTimeout = OpenAIModelOptions.ConnectTimeout,
        UseProxy = !options.BaseUrl.IsLoopback, // a proxy that the environment names cannot reach this machine
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    { Timeout = Timeout.InfiniteTimeSpan }; // the pipeline's network timeout counts silence only
}

/// <summary>A model as its server lists it.</summary>
/// <param name="Id">What to call it.</param>
/// <param name="ContextTokens">Tokens that fit into one request and its reply; null when the server does not say.</param>
public sealed record ServedModel(string Id, int? ContextTokens)
{
    // OpenAI's list has no such field. vLLM, OpenRouter and Together, Mistral, Groq have; each calls it otherwise.
    private static readonly string[] _context = ["max_model_len", "context_length", "max_context_length", "context_window"];

    internal static ServedModel Read(JsonElement model) => new(
        model.GetProperty("id").GetString() ?? throw new JsonException("A model has no name."),
        _context.Select(name => OpenAIErrors.Number(model, name)).FirstOrDefault(number => number is not null));
}
