using System.Text;
using System.Threading.Channels;
using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations;

/// <summary>Writes the events of runs into a store while they happen.</summary>
/// <remarks>
/// What a cell shows is written as it comes, with as many events in one append as came during the last one; everything else is
/// durable when <see cref="AddAsync"/> returns. What the model streams is written once, with the whole reply; a reply that broke
/// off is written as far as it came. One caller at a time. Disposing writes what is left; the store stays with its owner.
/// </remarks>
public sealed class ConversationRecorder : IAsyncDisposable
{
    private const int MostWaiting = 1000; // events; a cell that shows more than the store can take has to wait

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(MostWaiting);
    private readonly StringBuilder _streamed = new();
    private readonly IConversationStore _store;
    private readonly TimeProvider _time;
    private readonly Action<StoredEvent> _kept;
    private readonly Task _writing;

    private sealed record Waiting(LogEntry Entry, TaskCompletionSource? Acknowledged);

    /// <param name="store">Where to.</param>
    /// <param name="id">The conversation.</param>
    /// <param name="after">The number of its last event.</param>
    /// <param name="time">Dates the events.</param>
    /// <param name="kept">
    /// Is told each event once it is durable, in order and before <see cref="AddAsync"/> returns; it must neither wait nor throw.
    /// </param>
    public ConversationRecorder(
        IConversationStore store, string id, long after, TimeProvider time, Action<StoredEvent>? kept = null)
    {
        (_store, _time, _kept, Id) = (store, time, kept ?? (_ => { }), id);
        _writing = WriteAsync(after);
    }

    /// <summary>The conversation.</summary>
    public string Id { get; }

    /// <summary>Adds an event.</summary>
    /// <exception cref="ConversationConflictException">Something else writes to the conversation.</exception>
    public async Task AddAsync(AgentEvent happened, CancellationToken cancellationToken)
    {
        if (happened is ModelText(var text))
        {
            _streamed.Append(text);
            return;
        }

        if (_streamed.Length > 0 && happened is not ReplyEnded)
        {
            await SendAsync(new ModelText(_streamed.ToString()), null, cancellationToken);
        }

        _streamed.Clear();
        if (happened is CellOutput { Event: not (ToolCalled or ToolReturned) })
        {
            await SendAsync(happened, null, cancellationToken);
            return;
        }

        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(happened, acknowledged, cancellationToken);
        await acknowledged.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
    }

    private async Task SendAsync(AgentEvent happened, TaskCompletionSource? acknowledged, CancellationToken cancellationToken)
    {
        if (_writing.IsFaulted)
        {
            await _writing; // throws what it failed of
        }

        await _waiting.Writer.WriteAsync(new Waiting(new LogEntry(_time.GetUtcNow(), happened), acknowledged), cancellationToken);
    }

    private async Task WriteAsync(long last)
    {
        var batch = new List<Waiting>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (batch.Count < MostWaiting && _waiting.Reader.TryRead(out var next))
                {
                    batch.Add(next);
                }

                await _store.AppendAsync(Id, last, [.. batch.Select(one => one.Entry)], CancellationToken.None);
                foreach (var one in batch)
                {
                    _kept(new StoredEvent(++last, one.Entry));
                    one.Acknowledged?.TrySetResult();
                }

                batch.Clear();
            }
        }
        catch (Exception failure)
        {
            _waiting.Writer.TryComplete(failure);
            while (_waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            batch.ForEach(one => one.Acknowledged?.TrySetException(failure));
            throw;
        }
    }
}
