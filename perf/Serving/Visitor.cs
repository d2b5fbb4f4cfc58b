using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace CodeAct.Perf.Serving;

/// <summary>Somebody who has a conversation open: follows its events all the time, and sends messages.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly string _path;
    private readonly Stream _events;
    private readonly CancellationTokenSource _leaving = new();
    private readonly Task _following;
    private readonly Channel<Answer> _answers = Channel.CreateUnbounded<Answer>();
    private readonly StringBuilder _streamed = new();
    private string _said = ""; // the last reply
    private long? _first; // a timestamp
    private long _last; // number of the last event

    private Visitor(HttpClient client, string path, Stream events)
    {
        (_client, _path, _events) = (client, path, events);
        _following = FollowAsync();
    }

    /// <summary>Events that did not come, came twice, or were not what was streamed.</summary>
    public int Wrong { get; private set; }

    /// <summary>What came of one message.</summary>
    /// <param name="First">Timestamp of its first piece of text.</param>
    /// <param name="Text">What was streamed of its last reply.</param>
    internal sealed record Answer(long First, string Text);

    public static async Task<Visitor> ComeAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var begun = await client.PostAsync("api/conversations", null, cancellationToken);
        var id = (await begun.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id");
        var path = $"api/conversations/{id}";
        return new Visitor(client, path, await client.GetStreamAsync($"{path}/events", cancellationToken));
    }

    /// <summary>Sends a message and waits for the end of its answer.</summary>
    /// <returns>Milliseconds until the first piece of text, and the text.</returns>
    public async Task<(double First, string Text)> AskAsync(string text, CancellationToken cancellationToken)
    {
        var sent = Stopwatch.GetTimestamp();
        using var taken = await _client.PostAsJsonAsync($"{_path}/messages", new { text }, cancellationToken);
        taken.EnsureSuccessStatusCode();
        var answer = await _answers.Reader.ReadAsync(cancellationToken);
        return (Stopwatch.GetElapsedTime(sent, answer.First).TotalMilliseconds, answer.Text);
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _following;
        await _events.DisposeAsync();
        _leaving.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var item in SseParser.Create(_events).EnumerateAsync(_leaving.Token))
            {
                Take(item);
            }
        }
        catch (Exception left) when (left is IOException or OperationCanceledException or HttpRequestException)
        {
            _answers.Writer.TryComplete(left);
        }
    }

    private void Take(SseItem<string> item)
    {
        if (item.EventType == "text")
        {
            _first ??= Stopwatch.GetTimestamp();
            _streamed.Append(JsonDocument.Parse(item.Data).RootElement.GetProperty("text").GetString());
        }
        else if (item.EventType == "event")
        {
            var happened = JsonDocument.Parse(item.Data).RootElement.GetProperty("event");
            Wrong += item.EventId == $"{++_last}" ? 0 : 1;
            switch (happened.GetProperty("type").GetString())
            {
                case "replyEnded":
                    _said = _streamed.ToString();
                    _streamed.Clear();
                    Wrong += _said.StartsWith(happened.GetProperty("text").GetString()!, StringComparison.Ordinal) ? 0 : 1;
                    break;
                case "runEnded":
                    _answers.Writer.TryWrite(new Answer(_first ?? 0, _said));
                    _first = null;
                    break;
            }
        }
    }
}
