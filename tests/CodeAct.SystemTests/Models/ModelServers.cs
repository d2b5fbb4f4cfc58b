using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Models;

/// <summary>A model on a loopback server.</summary>
internal static class ModelServers
{
    public const string Key = "sk-test-0123456789";

    public static ModelServerOptions Options(this LoopbackServer server) =>
        new(ModelProvider.OpenAI, "tiny") { BaseUrl = server.Url, ApiKey = Key, TimeProvider = new Pauses() };

    public static ModelServerOptions Options(this LoopbackServer server, string provider) =>
        new(ModelProvider.Find(provider)!, "tiny") { BaseUrl = server.Url, ApiKey = Key, TimeProvider = new Pauses(), MaxRetries = 0 };

    public static Model Model(this LoopbackServer server) => ServerModels.Create(server.Options());

    /// <summary>Asks by streaming, or in one piece, and gives the error that must come.</summary>
    public static async Task<ModelException> FailAsync(
        this LoopbackServer server, ModelServerOptions? options = null, bool streaming = true)
    {
        using var model = ServerModels.Create(options ?? server.Options());
        var cancellationToken = TestContext.Current.CancellationToken;
        return await Assert.ThrowsAnyAsync<ModelException>(() => streaming
            ? model.Client.GetStreamingResponseAsync("Hello", null, cancellationToken).ToChatResponseAsync(cancellationToken)
            : model.Client.GetResponseAsync("Hello", null, cancellationToken));
    }
}
