using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;
using OpenAI.Responses;

namespace CodeAct.Models;

/// <summary>Servers that speak one of OpenAI's interfaces, by OpenAI's own client.</summary>
internal static class OpenAIServer
{
    public static IChatClient Chat(ModelServerOptions options, HttpClient http)
    {
        var settings = Settings(options, http);
        settings.AddPolicy(new OpenAIDialectPolicy(options.BaseUrl), PipelinePosition.PerCall);
        return new ChatClient(options.ModelId, Credential(options), settings).AsIChatClient();
    }

#pragma warning disable OPENAI001 // "for evaluation": the one client of this interface that OpenAI gives
    public static IChatClient Responses(ModelServerOptions options, HttpClient http)
    {
        var settings = Configure(new ResponsesClientOptions { Endpoint = options.BaseUrl }, options, http);
        return new ResponsesClient(Credential(options), settings).AsIChatClient(options.ModelId);
    }
#pragma warning restore OPENAI001

    public static async Task<IReadOnlyList<ServedModel>> ListAsync(
        ModelServerOptions options, HttpClient http, CancellationToken cancellationToken)
    {
        var client = new OpenAIModelClient(Credential(options), Settings(options, http));
        var answer = await client.GetModelsAsync(new RequestOptions { CancellationToken = cancellationToken });
        using var json = JsonDocument.Parse(answer.GetRawResponse().Content);
        return [.. json.RootElement.GetProperty("data").EnumerateArray().Select(ServedModel.Read)];
    }

    private static ApiKeyCredential Credential(ModelServerOptions options) => new(options.ApiKey ?? "none");

    private static OpenAIClientOptions Settings(ModelServerOptions options, HttpClient http) =>
        Configure(new OpenAIClientOptions { Endpoint = options.BaseUrl }, options, http);

    private static T Configure<T>(T settings, ModelServerOptions options, HttpClient http)
        where T : ClientPipelineOptions
    {
        settings.NetworkTimeout = options.Timeout; // counts silence
        settings.RetryPolicy = new OpenAIRetryPolicy(options.MaxRetries, options.TimeProvider);
        settings.Transport = new HttpClientPipelineTransport(http);
        return settings;
    }
}
