using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Replay;

namespace CodeAct.Cli;

/// <summary>A conversation of the store that a command begins with.</summary>
/// <param name="Summary">The conversation.</param>
/// <param name="Model">What was asked last; null when nothing was.</param>
/// <param name="IsOver">Its last run had come to its end.</param>
/// <param name="Pending">The calls that wait for an approval; null for none.</param>
internal sealed record EarlierConversation(ConversationSummary Summary, RecordedModel? Model, bool IsOver, PendingApproval? Pending)
{
    /// <summary>Finds it and closes the store again.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static async Task<EarlierConversation> FindAsync(StoreName name, string id, CancellationToken cancellationToken)
    {
        await using var store = await name.OpenAsync(cancellationToken);
        var summary = await store.GetAsync(id, cancellationToken);
        var events = await store.ReadAsync(summary.Id, cancellationToken)
            .Select(stored => stored.Entry.Event)
            .ToListAsync(cancellationToken);
        var runs = events.Where(happened => happened is RunStarted or RunEnded).ToList();
        var model = runs.OfType<RunStarted>().LastOrDefault() is { } last
            ? new RecordedModel(summary.Id, last.Model, last.Endpoint)
            {
                Mode = last.Mode,
                Stateless = last.Stateless ?? false,
                Tools = last.Tools,
            }
            : null;
        return new EarlierConversation(summary, model, IsOver: runs is not [.., RunStarted], PendingApproval.Of(events));
    }
}
