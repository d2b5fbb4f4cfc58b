namespace CodeAct.Models;

/// <summary>The interface of HTTP that a server is asked through.</summary>
public enum ModelApi
{
    /// <summary>OpenAI's chat completions, which most servers speak.</summary>
    Chat,

    /// <summary>OpenAI's responses.</summary>
    Responses,

    /// <summary>Anthropic's messages.</summary>
    Messages,
}

/// <summary>A kind of model server: what it speaks, where it is unless told, and where its key comes from.</summary>
/// <param name="Name">The part of a model's name before the colon.</param>
/// <param name="Title">For people.</param>
/// <param name="Api">What it speaks.</param>
/// <param name="Url">Its address unless told.</param>
/// <param name="Prefix">What the names of its environment variables begin with.</param>
public sealed record ModelProvider(string Name, string Title, ModelApi Api, Uri Url, string Prefix)
{
    /// <summary>OpenAI, or any server that speaks its chat completions.</summary>
    public static ModelProvider OpenAI { get; } =
        new("openai", "OpenAI, or a server that speaks its chat API", ModelApi.Chat, new("https://api.openai.com/v1"), "OPENAI")
        {
            SeesImages = true,
        };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ModelProvider> All { get; } =
    [
        OpenAI,
        OpenAI with { Name = "openai-responses", Title = "OpenAI by its responses API", Api = ModelApi.Responses },
        new("anthropic", "Anthropic", ModelApi.Messages, new("https://api.anthropic.com/v1"), "ANTHROPIC") { SeesImages = true },
        new("ollama", "Ollama on this machine", ModelApi.Chat, new("http://localhost:11434/v1"), "OLLAMA") { UrlVariable = "OLLAMA_HOST" },
        new("vllm", "vLLM on this machine", ModelApi.Chat, new("http://localhost:8000/v1"), "VLLM"),
        new("lmstudio", "LM Studio on this machine", ModelApi.Chat, new("http://localhost:1234/v1"), "LMSTUDIO"),
    ];

    /// <summary>The environment variable that holds the key.</summary>
    public string KeyVariable => $"{Prefix}_API_KEY";

    /// <summary>The environment variable that holds another address.</summary>
    public string UrlVariable { get; init; } = $"{Prefix}_BASE_URL";

    /// <summary>Its models can see, as far as one can say that of all of them; false unless told.</summary>
    public bool SeesImages { get; init; }

    /// <summary>That variable holds a host, as Ollama's does.</summary>
    private bool IsHostEnough => UrlVariable.EndsWith("_HOST", StringComparison.Ordinal);

    /// <summary>What is asked for a reply, below the address.</summary>
    internal string Route => Api switch
    {
        ModelApi.Chat => "chat/completions",
        ModelApi.Responses => "responses",
        _ => "messages",
    };

    /// <summary>That of this name; null when there is none.</summary>
    public static ModelProvider? Find(string name) => All.FirstOrDefault(provider => provider.Name == name);

    /// <summary>
    /// The address that a variable of the environment means, by each provider's habit: Ollama's is a host, Anthropic's is without
    /// <c>/v1</c>.
    /// </summary>
    /// <exception cref="UriFormatException">It is none.</exception>
    public Uri Address(string text)
    {
        var whole = IsHostEnough && !text.Contains("://", StringComparison.Ordinal) ? $"http://{text}" : text;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new UriFormatException($"'{text}' is no URL; write it like http://localhost:8080/v1.");
        }

        var isBare = url.AbsolutePath == "/" && (IsHostEnough || Api == ModelApi.Messages);
        var host = url.Host == "0.0.0.0" ? "localhost" : url.Host; // where Ollama listens, not where it is
        return isBare ? new UriBuilder(url) { Host = host, Path = Url.AbsolutePath }.Uri : url;
    }
}
