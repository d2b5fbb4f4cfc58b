using CodeAct.Actions;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>What a reply cost and how it ended, added up while it streams in.</summary>
internal sealed class ReplyTally(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long? _first;
    private long _pieces;
    private long? _inputTokens;
    private long? _outputTokens;

    public ReplyFinish Finish { get; private set; } = ReplyFinish.Stopped;

    public void Take(ChatResponseUpdate update)
    {
        if (update.FinishReason == ChatFinishReason.Length)
        {
            Finish = ReplyFinish.TokenLimit;
        }

        if (update.Text.Length > 0)
        {
            _first ??= time.GetTimestamp();
            _pieces++;
        }

        foreach (var usage in update.Contents.OfType<UsageContent>())
        {
            _inputTokens = usage.Details.InputTokenCount ?? _inputTokens;
            _outputTokens = usage.Details.OutputTokenCount ?? _outputTokens;
        }
    }

    public ReplyEnded End(string text)
    {
        var now = time.GetTimestamp();
        return new ReplyEnded(
            text,
            _inputTokens,
            _outputTokens ?? _pieces,
            time.GetElapsedTime(_started, _first ?? now),
            time.GetElapsedTime(_started, now));
    }
}
