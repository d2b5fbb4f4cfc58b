using System.Text.Json;
using System.Threading.Channels;
using CodeAct.Python;
using CodeAct.Tools;

namespace CodeAct.Agents;

/// <summary>Holds a call that needs an approval until there is one. One gate a run.</summary>
/// <remarks>What it has to tell is told by the run, and only when that is done does it go on: the log is ahead of what happens.</remarks>
/// <param name="tools">Behind it.</param>
/// <param name="options">The policy, and who is asked.</param>
/// <param name="clocks">The run's.</param>
internal sealed class ApprovalGate(IToolHost tools, AgentOptions options, Waits clocks) : IToolHost
{
    private readonly ToolCatalog _catalog = new(tools);
    private readonly Channel<bool> _person = Channel.CreateBounded<bool>(1); // full while a question is asked
    private readonly Lock _gate = new(); // guards what follows
    private readonly HashSet<string> _always = [];
    private readonly HashSet<long> _seen = []; // calls that the log has
    private readonly List<Said> _waiting = [];
    private TaskCompletionSource _more = New();

    /// <summary>Something for the log.</summary>
    /// <param name="Call">The call that it is about.</param>
    /// <param name="Event">What; null: the run is to end, for nobody can decide now.</param>
    public sealed record Said(long? Call, AgentEvent? Event)
    {
        /// <summary>Completed once it is in the log.</summary>
        public TaskCompletionSource Written { get; } = New();
    }

    /// <summary>The code that runs; null for a call that the model makes itself.</summary>
    public string? Code { get; set; }

    public ReadOnlyMemory<byte> Definitions => tools.Definitions;

    /// <summary>All calls of a tool are approved from here on.</summary>
    public void AllowAlways(string tool)
    {
        lock (_gate)
        {
            _always.Add(tool);
        }
    }

    /// <summary>A cell begins: its calls are numbered anew.</summary>
    public void Begin(string? code)
    {
        lock (_gate)
        {
            Code = code;
            _seen.Clear();
            _waiting.Clear();
        }
    }

    /// <summary>The log has a call; what is said about it may follow.</summary>
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

    public async Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken)
    {
        if (wanted.IsApproved || !Asks(wanted))
        {
            return await tools.CallAsync(wanted with { IsApproved = true }, cancellationToken);
        }

        if (options.Approver is null)
        {
            return new ToolFailure(ToolFailureKind.Refused, "it needs the approval of a person, and nobody is there to ask");
        }

        var answer = await AnswerAsync(wanted, options.Approver, cancellationToken);
        return answer switch
        {
            Denied(var reason) => new ToolFailure(ToolFailureKind.Refused, $"the user did not approve the call: {reason}"),
            Approved { Arguments: { } edited } => await CallEditedAsync(wanted, edited, cancellationToken),
            _ => await tools.CallAsync(wanted with { IsApproved = true }, cancellationToken),
        };
    }

    private bool Asks(ToolCall wanted)
    {
        lock (_gate)
        {
            return !_always.Contains(wanted.Name)
                && (_catalog.Find(wanted.Name) is { NeedsApproval: true } || options.Approval?.Asks(wanted) is true);
        }
    }

    private async Task<ApprovalAnswer> AnswerAsync(ToolCall wanted, Approver approver, CancellationToken cancellationToken)
    {
        using var cell = wanted.Clocks?.Begin();
        using var run = clocks.Begin();
        var request = new ApprovalRequested(wanted.Number, wanted.Name, wanted.Arguments.GetRawText()) { Code = Code };
        await TellAsync(new Said(wanted.Number, request), cancellationToken);
        await _person.Writer.WriteAsync(true, cancellationToken);
        try
        {
            var answer = Asks(wanted) ? await approver(request, cancellationToken).WaitAsync(cancellationToken) : new Approved();
            if (answer is Undecided)
            {
                await TellAsync(new Said(wanted.Number, null), cancellationToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken); // until the run has ended the cell
            }

            var approved = answer as Approved;
            await TellAsync(new Said(wanted.Number, new ApprovalAnswered(wanted.Number, wanted.Name, approved is not null)
            {
                Reason = (answer as Denied)?.Reason,
                Arguments = approved?.Arguments,
                Always = approved is { Always: true } ? true : null,
            }), cancellationToken);
            if (approved is { Always: true })
            {
                AllowAlways(wanted.Name);
            }

            return answer;
        }
        finally
        {
            _person.Reader.TryRead(out _);
        }
    }

    private async Task<ToolAnswer> CallEditedAsync(ToolCall wanted, string edited, CancellationToken cancellationToken)
    {
        using var arguments = JsonDocument.Parse(edited);
        JsonElement bound = default;
        return _catalog.Find(wanted.Name)?.Bind(arguments.RootElement, out bound) is { } misuse
            ? new ToolFailure(ToolFailureKind.Arguments, misuse)
            : await tools.CallAsync(wanted with { Arguments = bound, IsApproved = true }, cancellationToken);
    }

    private async Task TellAsync(Said said, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _waiting.Add(said);
            _more.TrySetResult();
            _more = New();
        }

        await said.Written.Task.WaitAsync(cancellationToken);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
