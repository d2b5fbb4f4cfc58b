using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CodeAct.Conversations;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CodeAct.Web.Api;

/// <summary>
/// A conversation as server-sent events. Those of type <c>event</c> are the log's, with their number as ID and the log's line as data:
/// a client that comes again with <c>Last-Event-ID</c> misses none and gets none twice. The others have no ID and need not be kept:
/// <c>text</c> (the next piece of a reply), <c>reply</c> (all of it so far, for who comes in the middle), <c>status</c>,
/// <c>state</c> (idle, running or waiting; once the past has been told), <c>file</c> (one was given),
/// <c>broken</c> and <c>deleted</c>.
/// </summary>
internal static class EventStream
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public static async Task<ServerSentEventsResult<string>> FollowAsync(
        string id,
        Caller caller,
        LiveConversations conversations,
        HttpResponse response,
        [FromHeader(Name = "Last-Event-ID")] long? lastEventId,
        CancellationToken cancellationToken,
        long after = 0)
    {
        var opened = await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy before us is not to collect them
        var events = opened.Audience.FollowAsync(lastEventId ?? after, cancellationToken);
        return TypedResults.ServerSentEvents(ItemsAsync(events, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<string>> ItemsAsync(
        IAsyncEnumerable<LiveEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var told in events.WithCancellation(cancellationToken))
        {
            yield return told switch
            {
                Happened(var stored) => new SseItem<string>(LogJson.Write(stored.Entry), "event") { EventId = $"{stored.Number}" },
                Streamed(var piece) => Item("text", new { piece.Text, piece.InAction }),
                StreamedSoFar(var pieces) =>
                    Item("reply", new { Text = string.Concat(pieces.Select(piece => piece.Text)), pieces[^1].InAction }),
                Preparing(var what) => Item("status", new { Preparing = what }),
                CaughtUp(var state) => Item("state", new { State = state.ToString().ToLowerInvariant() }),
                FileGiven(var name) => Item("file", new { Name = name }),
                Broken(var why) => Item("broken", new { Why = why }),
                _ => Item("deleted", new { }),
            };
        }
    }

    private static SseItem<string> Item<T>(string type, T data) => new(JsonSerializer.Serialize(data, _json), type);
}
