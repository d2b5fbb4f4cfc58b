using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using CodeAct.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeAct.Web.OpenAI;

/// <summary>JSON as this interface has it: names in snake case.</summary>
internal static class OpenAIJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <exception cref="BadParameterException">It is no JSON, or not of this form.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Options, cancellationToken)
                ?? throw new BadParameterException(null, "The body is null; send a JSON object.");
        }
        catch (JsonException wrong)
        {
            throw new BadParameterException(wrong.Path?.TrimStart('$', '.'), $"The body cannot be read: {wrong.Message}");
        }
    }

    public static JsonHttpResult<object> Answer(object answer) => TypedResults.Json(answer, Options);

    /// <summary>Server-sent events, none of which waits in a proxy.</summary>
    public static ServerSentEventsResult<string> Stream(HttpResponse response, IAsyncEnumerable<SseItem<string>> items)
    {
        response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(items);
    }

    /// <summary>The edge of a stream: it has begun, so that only its end can tell of an error.</summary>
    public static async IAsyncEnumerable<T> CaughtAsync<T>(
        IAsyncEnumerable<T> source, Func<int, string, IEnumerable<T>> failed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = source.GetAsyncEnumerator(cancellationToken);
        IEnumerable<T>? end = null;
        while (end is null)
        {
            try
            {
                if (!await items.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                var (status, detail) = Problems.Of(failure);
                end = failed(status, detail ?? "The server failed.");
                continue;
            }

            yield return items.Current;
        }

        foreach (var last in end)
        {
            yield return last;
        }
    }
}
