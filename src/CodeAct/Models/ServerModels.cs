namespace CodeAct.Models;

/// <summary>Models behind servers: OpenAI, Anthropic, vLLM, Ollama, LM Studio, llama.cpp and many more.</summary>
public static class ServerModels
{
    /// <summary>Makes the model; nothing is sent yet.</summary>
    /// <returns>A model whose client throws <see cref="ModelException"/> when it cannot be asked or breaks off.</returns>
    /// <exception cref="ModelException">A provider that wants a key is to be asked without one.</exception>
    public static Model Create(ModelServerOptions options)
    {
        if (options.ApiKey is null && options.BaseUrl.Host == options.Provider.Url.Host && !options.BaseUrl.IsLoopback)
        {
            throw new ModelException(
                ModelErrorKind.WrongKey,
                $"{options} needs an API key: set {options.Provider.KeyVariable}. "
                + "For a server of your own, say where it is with --base-url.");
        }

        var http = Http(options);
        var client = options.Provider.Api switch
        {
            ModelApi.Messages => AnthropicServer.Client(options, http),
            ModelApi.Responses => OpenAIServer.Responses(options, http),
            _ => OpenAIServer.Chat(options, http),
        };
        return new Model($"{options.Provider.Name}:{options.ModelId}", new ServerErrorClient(client, options, http))
        {
            SeesImages = options.Provider.SeesImages && options.BaseUrl == options.Provider.Url,
            Endpoint = options.BaseUrl == options.Provider.Url ? null : options.BaseUrl,
        };
    }

    /// <summary>Asks a server which models it has.</summary>
    /// <param name="options">Where it is; which model is named does not matter.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>In the server's order.</returns>
    /// <exception cref="ModelException">It cannot be asked, or what it answers is no list of models.</exception>
    public static async Task<IReadOnlyList<ServedModel>> ListAsync(ModelServerOptions options, CancellationToken cancellationToken)
    {
        using var http = Http(options);
        try
        {
            return await (options.Provider.Api == ModelApi.Messages
                ? AnthropicServer.ListAsync(options, http, cancellationToken)
                : OpenAIServer.ListAsync(options, http, cancellationToken));
        }
        catch (Exception exception) when (ServerErrors.IsOfTheWorld(exception, cancellationToken))
        {
            throw ServerErrors.Of(options, exception, started: false, asked: "models");
        }
    }

    private static HttpClient Http(ModelServerOptions options) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // a redirected POST becomes a GET, and its error misleads
        ConnectTimeout = ModelServerOptions.ConnectTimeout,
        UseProxy = !options.BaseUrl.IsLoopback, // a proxy that the environment names cannot reach this machine
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    { Timeout = Timeout.InfiniteTimeSpan }; // the clients' own limits count silence only
}
