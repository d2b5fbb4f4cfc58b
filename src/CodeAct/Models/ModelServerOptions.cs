namespace CodeAct.Models;

/// <summary>Which model to ask, and where.</summary>
/// <param name="Provider">What kind of server it is.</param>
/// <param name="ModelId">The model's name on that server, such as <c>gpt-5</c> or <c>qwen3:8b</c>.</param>
public sealed record ModelServerOptions(ModelProvider Provider, string ModelId)
{
    /// <summary>Longest wait for a connection, TLS included.</summary>
    internal static TimeSpan ConnectTimeout { get; } = TimeSpan.FromSeconds(15);

    /// <summary>What the server calls the model; never empty.</summary>
    public string ModelId { get; init; } = string.IsNullOrWhiteSpace(ModelId)
        ? throw new ArgumentException("A model needs a name; write PROVIDER:NAME, such as openai:gpt-5.", nameof(ModelId))
        : ModelId;

    /// <summary>
    /// The address that the route of the interface is appended to; most servers want it to end in <c>/v1</c>. That of the provider
    /// unless told.
    /// </summary>
    public Uri BaseUrl
    {
        get;
        init => field = value is { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" }
            ? value
            : throw new UriFormatException($"'{value}' is no address of a model server; write it like http://localhost:8080/v1.");
    } = Provider.Url;

    /// <summary>The key; null for a server that asks for none.</summary>
    public string? ApiKey { get; init => field = string.IsNullOrWhiteSpace(value) ? null : value.Trim(); }

    /// <summary>Longest silence: until the reply starts, and between two pieces of it; 10 minutes unless told.</summary>
    public TimeSpan Timeout
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A request needs a time limit above zero.");
    } = TimeSpan.FromMinutes(10);

    /// <summary>How often a request is sent again after 429, 5xx or a lost connection; 5 unless told.</summary>
    public int MaxRetries
    {
        get;
        init => field = value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Retries cannot be fewer than none.");
    } = 5;

    /// <summary>Measures the pauses before retries.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Everything but the key, which must not reach a log.</summary>
    public override string ToString() => $"{Provider.Name}:{ModelId} at {BaseUrl}";
}
