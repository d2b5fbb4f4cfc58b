namespace CodeAct.Agents;

/// <summary>What is to be told of approvals while an action is under way: the run tells it, and only then does the gate go on.</summary>
internal sealed class ApprovalNews
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly HashSet<long> _seen = []; // calls that have been told of
    private readonly List<Said> _waiting = [];
    private TaskCompletionSource _more = New();

    /// <summary>One of them.</summary>
    /// <param name="Call">The call that it is about.</param>
    /// <param name="Event">What; null: the run is to end, for nobody can decide now.</param>
    public sealed record Said(long? Call, AgentEvent? Event)
    {
        /// <summary>Completed once it is told.</summary>
        public TaskCompletionSource Told { get; } = New();
    }

    /// <summary>An action begins: its calls are numbered anew.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _seen.Clear();
            _waiting.Clear();
        }
    }

    /// <summary>A call has been told of; what is said about it may follow.</summary>
    public void Saw(long call)
    {
        lock (_gate)
        {
            _seen.Add(call);
        }
    }

    /// <summary>What is to be told next; null once a step is over.</summary>
    public async Task<Said?> NextAsync(Task step)
    {
        while (!step.IsCompleted)
        {
            Task more;
            lock (_gate)
            {
                if (_waiting.Find(said => said.Call is not { } call || _seen.Contains(call)) is { } next)
                {
                    _waiting.Remove(next);
                    return next;
                }

                more = _more.Task;
            }

            await Task.WhenAny(step, more);
        }

        return null;
    }

    /// <summary>Waits until something is told.</summary>
    public async Task TellAsync(Said said, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _waiting.Add(said);
            _more.TrySetResult();
            _more = New();
        }

        await said.Told.Task.WaitAsync(cancellationToken);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
