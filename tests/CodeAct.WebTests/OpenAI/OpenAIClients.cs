using System.ClientModel;
using System.ClientModel.Primitives;
using CodeAct.WebTests.Hosting;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Files;
using OpenAI.Responses;

namespace CodeAct.WebTests.OpenAI;

/// <summary>The official clients, of a test's server.</summary>
internal static class OpenAIClients
{
    private static readonly ApiKeyCredential _key = new("none");

    public static ChatClient Chat(this WebHost host, string model = "echo") => new(model, _key, Options(host));

    public static OpenAIFileClient Files(this WebHost host) => new(_key, Options(host));

    public static ResponsesClient Responses(this WebHost host) =>
        new(_key, new ResponsesClientOptions { Endpoint = V1(host), RetryPolicy = new ClientRetryPolicy(0) });

    public static string Text(this ClientResult<ChatCompletion> completion) => completion.Value.Content[0].Text;

    /// <summary>The conversation of an answer.</summary>
    public static string Conversation(this ClientResult result) =>
        result.GetRawResponse().Headers.TryGetValue("X-Conversation-Id", out var id) ? id! : "";

    private static OpenAIClientOptions Options(WebHost host) => new() { Endpoint = V1(host), RetryPolicy = new ClientRetryPolicy(0) };

    private static Uri V1(WebHost host) => new(host.Server.Url, "v1");
}
