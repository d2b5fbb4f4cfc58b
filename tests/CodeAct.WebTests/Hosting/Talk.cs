using System.Net.ServerSentEvents;
using System.Text.Json;
using CodeAct.Agents;
using CodeAct.Conversations;

namespace CodeAct.WebTests.Hosting;

/// <summary>A conversation as a program has it: over HTTP.</summary>
internal sealed class Talk(HttpClient client, string id)
{
    public string Id => id;

    public string Path => $"api/conversations/{id}";

    public HttpClient Client => client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Talk> BeginAsync(HttpClient client)
    {
        using var begun = await client.PostAsync("api/conversations", null, Cancel);
        begun.EnsureSuccessStatusCode();
        return new Talk(client, (await begun.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!);
    }

    /// <summary>Sends a message; what comes of it is in the events.</summary>
    public async Task SendAsync(string text)
    {
        using var sent = await client.PostAsJsonAsync($"{Path}/messages", new { text }, Cancel);
        Assert.True(sent.IsSuccessStatusCode, await sent.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Sends a message and waits for the end of the run.</summary>
    public async Task<RunEnded> AskAsync(string text)
    {
        var before = await LastAsync();
        await SendAsync(text);
        return (RunEnded)(await UntilAsync<RunEnded>(before)).Entry.Event;
    }

    /// <summary>The number of the last event.</summary>
    public async Task<long> LastAsync() =>
        (await client.GetFromJsonAsync<JsonElement>(Path, Cancel)).GetProperty("events").GetInt64();

    /// <summary>The first event of a type after one.</summary>
    public async Task<StoredEvent> UntilAsync<T>(long after)
        where T : AgentEvent =>
        await EventsAsync(after).FirstAsync(stored => stored.Entry.Event is T, Cancel);

    /// <summary>The log's events after one, past and coming.</summary>
    public IAsyncEnumerable<StoredEvent> EventsAsync(long after) => ItemsAsync(after)
        .Where(item => item.EventType == "event")
        .Select(item => new StoredEvent(long.Parse(item.EventId!), LogJson.Read(item.Data)));

    /// <summary>Everything that a follower is told.</summary>
    public async IAsyncEnumerable<SseItem<string>> ItemsAsync(long after)
    {
        await using var stream = await client.GetStreamAsync($"{Path}/events?after={after}", Cancel);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancel))
        {
            yield return item;
        }
    }
}
