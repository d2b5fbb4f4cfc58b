using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CodeAct.Agents;
using CodeAct.Conversations;

namespace CodeAct.Web.Chats;

/// <summary>Those who follow a conversation: each is told what the log has, and then what happens.</summary>
/// <remarks>Nobody is waited for. Who cannot follow is left behind, and reads what was missed from the log.</remarks>
/// <param name="store">Has the log.</param>
/// <param name="id">The conversation.</param>
internal sealed class Audience(IConversationStore store, string id)
{
    private const int MostWaiting = 1000; // events that one follower may be behind

    private readonly Lock _gate = new(); // guards what follows
    private readonly List<Channel<LiveEvent>> _followers = [];
    private readonly List<ModelText> _reply = []; // what the model has written of its present reply
    private string? _preparing;
    private bool _isOver;

    /// <summary>The number of the last event that is durable.</summary>
    public long Last { get; private set; }

    /// <summary>What the conversation does.</summary>
    public ConversationState State { get; private set; }

    /// <summary>Nobody follows now.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _followers.Count == 0;
            }
        }
    }

    /// <summary>Says what the log is like when it is opened.</summary>
    public void Begin(long last, ConversationState state) => (Last, State) = (last, state);

    /// <summary>An event is durable.</summary>
    public void Tell(StoredEvent stored)
    {
        lock (_gate)
        {
            Last = stored.Number;
            State = stored.Entry.Event switch
            {
                RunEnded { Reason: StopReason.ApprovalPending } or ApprovalRequested => ConversationState.Waiting,
                RunEnded => ConversationState.Idle,
                RunStarted or RunContinued or ApprovalAnswered => ConversationState.Running,
                _ => State,
            };
            if (stored.Entry.Event is ReplyEnded or RunEnded or ModelText)
            {
                _reply.Clear();
            }

            Send(new Happened(stored));
        }
    }

    /// <summary>The model writes.</summary>
    public void Tell(ModelText piece)
    {
        lock (_gate)
        {
            _reply.Add(piece);
            Send(new Streamed(piece));
        }
    }

    /// <summary>There is a file more.</summary>
    public void Tell(FileGiven given)
    {
        lock (_gate)
        {
            Send(given);
        }
    }

    /// <summary>Says what is being done before the model is asked; null for nothing.</summary>
    public void Prepare(string? what)
    {
        lock (_gate)
        {
            if (_preparing != what)
            {
                _preparing = what;
                Send(new Preparing(what));
            }
        }
    }

    /// <summary>The run ended, and the log does not say so.</summary>
    public void Break(string why)
    {
        lock (_gate)
        {
            State = ConversationState.Idle;
            _reply.Clear();
            Send(new Broken(why));
        }
    }

    /// <summary>The conversation is gone.</summary>
    public void Delete()
    {
        lock (_gate)
        {
            Send(new Deleted());
        }

        End();
    }

    /// <summary>Nothing comes any more from here; who follows may come again, to another server.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            _followers.ForEach(follower => follower.Writer.TryComplete());
            _followers.Clear();
        }
    }

    /// <summary>The events after one, and then what happens, until it is cancelled or there is no more.</summary>
    public async IAsyncEnumerable<LiveEvent> FollowAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!_isOver)
        {
            var (news, last, reply, preparing, state) = Join();
            try
            {
                if (after < last)
                {
                    await foreach (var stored in store.ReadAsync(id, after, cancellationToken))
                    {
                        after = stored.Number;
                        yield return new Happened(stored);
                    }
                }

                if (reply.Count > 0)
                {
                    yield return new StreamedSoFar(reply);
                }

                yield return new Preparing(preparing);
                yield return new CaughtUp(state);
                await foreach (var next in news.ReadAllAsync(cancellationToken))
                {
                    if (next is Happened(var stored))
                    {
                        if (stored.Number <= after)
                        {
                            continue; // it was in the log already
                        }

                        after = stored.Number;
                    }

                    yield return next;
                }
            }
            finally
            {
                Leave(news);
            }
        }
    }

    private (ChannelReader<LiveEvent> News, long Last, IReadOnlyList<ModelText> Reply, string? Preparing, ConversationState State) Join()
    {
        var follower = Channel.CreateBounded<LiveEvent>(MostWaiting);
        lock (_gate)
        {
            _followers.Add(follower);
            if (_isOver)
            {
                follower.Writer.TryComplete();
            }

            return (follower.Reader, Last, [.. _reply], _preparing, State);
        }
    }

    private void Leave(ChannelReader<LiveEvent> news)
    {
        lock (_gate)
        {
            _followers.RemoveAll(follower => follower.Reader == news);
        }
    }

    private void Send(LiveEvent told)
    {
        foreach (var follower in _followers.Where(follower => !follower.Writer.TryWrite(told)).ToList())
        {
            follower.Writer.TryComplete(); // it comes to the end of what it has, and then joins anew
            _followers.Remove(follower);
        }
    }
}
