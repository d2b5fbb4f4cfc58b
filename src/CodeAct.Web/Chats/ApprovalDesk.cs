using System.Collections.Concurrent;
using CodeAct.Agents;

namespace CodeAct.Web.Chats;

/// <summary>Where the calls of one run wait for a person who answers by another request.</summary>
internal sealed class ApprovalDesk
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<ApprovalAnswer>> _calls = [];
    private bool _isLeft;

    /// <summary>Decides; an <see cref="Approver"/>.</summary>
    public async Task<ApprovalAnswer> DecideAsync(ApprovalRequested request, CancellationToken cancellationToken)
    {
        var asked = Of(request.Call);
        if (_isLeft)
        {
            asked.TrySetResult(new Undecided());
        }

        try
        {
            return await asked.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _calls.TryRemove(Key(request.Call), out _);
        }
    }

    /// <summary>A call can be answered from now on, also when it does not wait yet.</summary>
    public void Open(long? call) => Of(call);

    /// <summary>Answers a call that waits.</summary>
    /// <exception cref="KeyNotFoundException">No such call waits.</exception>
    public void Answer(long? call, ApprovalAnswer answer)
    {
        if (!_calls.TryGetValue(Key(call), out var asked) || !asked.TrySetResult(answer))
        {
            throw NoSuchCall(call);
        }
    }

    /// <summary>Answers a call that is about to come.</summary>
    public void Expect(long? call, ApprovalAnswer answer) => Of(call).TrySetResult(answer);

    /// <summary>Nobody answers from now on: what waits is undecided, and the run can go on from its log.</summary>
    public void Leave()
    {
        _isLeft = true;
        foreach (var asked in _calls.Values)
        {
            asked.TrySetResult(new Undecided());
        }
    }

    public static KeyNotFoundException NoSuchCall(long? call) => new(
        $"No call {call?.ToString() ?? "of the model's own"} waits for an approval; it may have been answered already.");

    private TaskCompletionSource<ApprovalAnswer> Of(long? call) =>
        _calls.GetOrAdd(Key(call), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private static long Key(long? call) => call ?? -1; // the model's own call has no number, and there is one at a time
}
