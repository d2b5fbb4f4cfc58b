using Anthropic;
using Anthropic.Core;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>Anthropic, and servers that speak its messages, by Anthropic's own client.</summary>
internal static class AnthropicServer
{
    private const int ReplyTokens = 4096; // the interface wants a limit; the agent gives its own

    private static readonly TimeSpan _longest = TimeSpan.FromHours(24); // of a whole reply, where we limit silence

    public static IChatClient Client(ModelServerOptions options, HttpClient http) =>
        new SilenceClient(Connect(options, http).AsIChatClient(options.ModelId, ReplyTokens), options.Timeout);

    public static async Task<IReadOnlyList<ServedModel>> ListAsync(
        ModelServerOptions options, HttpClient http, CancellationToken cancellationToken)
    {
        var client = Connect(options, http);
        var models = new List<ServedModel>();
        var page = await client.Models.List(new() { Limit = 1000 }, cancellationToken);
        while (true)
        {
            models.AddRange(page.Items.Select(model => new ServedModel(model.ID, (int?)model.MaxInputTokens)));
            if (!page.HasNext())
            {
                return models;
            }

            page = await page.Next(cancellationToken);
        }
    }

    private static AnthropicClient Connect(ModelServerOptions options, HttpClient http) => new(new ClientOptions
    {
        HttpClient = http,
        BaseUrl = WithoutVersion(options.BaseUrl.ToString().TrimEnd('/')),
        ApiKey = options.ApiKey ?? "none", // else it looks for one in the environment
        MaxRetries = options.MaxRetries,
        Timeout = _longest,
    });

    // The client adds it to every route.
    private static string WithoutVersion(string url) =>
        url.EndsWith("/v1", StringComparison.Ordinal) ? url[..^"/v1".Length] : url;
}
