using CodeAct.Conversations;
using CodeAct.Telemetry;

namespace CodeAct.Cli;

/// <summary>Where the timeline of a conversation is drawn to.</summary>
/// <param name="Path">The file; null for one that is named after the conversation.</param>
internal sealed record TraceFile(string? Path)
{
    /// <summary>Draws what happened after an event, and says where.</summary>
    public async Task WriteAsync(IConversationStore store, string id, long after, CancellationToken cancellationToken)
    {
        var file = Path ?? $"trace-{id}.svg";
        await File.WriteAllTextAsync(file, await DrawAsync(store, id, after, cancellationToken), cancellationToken);
        await Console.Error.WriteLineAsync($"trace {file}");
    }

    /// <summary>The timeline of a conversation, as SVG.</summary>
    /// <param name="store">Has it.</param>
    /// <param name="id">Its ID.</param>
    /// <param name="after">The number of the last event that is left out; 0 for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<string> DrawAsync(IConversationStore store, string id, long after, CancellationToken cancellationToken)
    {
        var entries = await store.ReadAsync(id, cancellationToken)
            .Where(stored => stored.Number > after)
            .Select(stored => stored.Entry)
            .ToListAsync(cancellationToken);
        return TimelinePicture.Draw(Timeline.Of(entries), $"conversation {id}");
    }
}
