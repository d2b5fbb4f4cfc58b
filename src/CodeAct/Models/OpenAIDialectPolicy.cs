using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace CodeAct.Models;

/// <summary>
/// Sends a request again without a parameter that the server refused by name, and leaves it out from then on.
/// What is left out changes no answer: the agent stops at its own marks, and usage is for show.
/// </summary>
/// <remarks>
/// OpenAI wants <c>max_completion_tokens</c>. Other servers want <c>max_tokens</c>; some of them refuse the new name
/// (Mistral) or silently ignore it (Ollama: https://github.com/ollama/ollama/issues/7125), so they get the old one at once.
/// </remarks>
internal sealed class OpenAIDialectPolicy(Uri baseUrl) : PipelinePolicy
{
    private static readonly string[] _optional = ["stream_options", "stop"];

    private readonly string[] _limits = baseUrl.Host.EndsWith(".openai.com", StringComparison.OrdinalIgnoreCase)
        ? ["max_completion_tokens", "max_tokens"]
        : ["max_tokens", "max_completion_tokens"];

    private ImmutableHashSet<string> _refused = [];

    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
        throw new NotSupportedException("Chat clients are asynchronous.");

    public override async ValueTask ProcessAsync(
        PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        var request = await ReadAsync(message);
        var refused = _refused;
        while (true)
        {
            Adapt(request, refused);
            message.Request.Content = BinaryContent.Create(BinaryData.FromString(request.ToJsonString()));
            await ProcessNextAsync(message, pipeline, currentIndex);
            if (message.Response is not { Status: 400 or 422 } response)
            {
                _refused = refused;
                return;
            }

            await response.BufferContentAsync(message.CancellationToken);
            if (ServerErrors.IsOverflow(response.Status, ServerErrors.Read(response)))
            {
                return; // vLLM's names max_tokens, which is only too large then
            }

            var error = response.Content.ToString();
            var named = _optional.Concat(_limits).Where(name => request.ContainsKey(name) && Names(error, name)).ToList();
            if (named is [])
            {
                return;
            }

            refused = refused.Union(named);
        }
    }

    private static async Task<JsonObject> ReadAsync(PipelineMessage message)
    {
        using var body = new MemoryStream();
        await message.Request.Content!.WriteToAsync(body, message.CancellationToken);
        body.Position = 0;
        return (await JsonNode.ParseAsync(body, cancellationToken: message.CancellationToken))!.AsObject();
    }

    private void Adapt(JsonObject request, ImmutableHashSet<string> refused)
    {
        foreach (var name in _optional.Where(refused.Contains))
        {
            request.Remove(name);
        }

        var limit = _limits
            .Select(name => request.Remove(name, out var value) ? value : null)
            .FirstOrDefault(value => value is not null);
        if (_limits.FirstOrDefault(name => !refused.Contains(name)) is { } wanted && limit is not null)
        {
            request[wanted] = limit;
        }
    }

    private static bool Names(string error, string parameter) =>
        error.Contains($"'{parameter}'", StringComparison.Ordinal)
        || error.Contains($"\"{parameter}\"", StringComparison.Ordinal)
        || error.Contains($"`{parameter}`", StringComparison.Ordinal);
}
