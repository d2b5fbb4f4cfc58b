using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using CodeAct.Python;
using CodeAct.Tools;

namespace CodeAct.Agents;

/// <summary>Holds a call that needs an approval until there is one. One gate a run.</summary>
/// <param name="tools">Behind it.</param>
/// <param name="options">The policy, and who is asked.</param>
/// <param name="clocks">The run's.</param>
internal sealed class ApprovalGate(IToolHost tools, AgentOptions options, Waits clocks) : IToolHost
{
    private readonly ToolCatalog _catalog = new(tools);
    private readonly ConcurrentDictionary<string, bool> _always = [];
    private readonly Channel<bool> _person = Channel.CreateBounded<bool>(1); // full while a question is asked

    /// <summary>What the run is to tell.</summary>
    public ApprovalNews News { get; } = new();

    /// <summary>The code that runs; null for a call that the model makes itself.</summary>
    public string? Code { get; set; }

    public ReadOnlyMemory<byte> Definitions => tools.Definitions;

    /// <summary>All calls of a tool are approved from here on.</summary>
    public void AllowAlways(string tool) => _always[tool] = true;

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

        return await AnswerAsync(wanted, options.Approver, cancellationToken) switch
        {
            Denied(var reason) => new ToolFailure(ToolFailureKind.Refused, $"the user did not approve the call: {reason}"),
            Approved { Arguments: { } edited } => await CallEditedAsync(wanted, edited, cancellationToken),
            _ => await tools.CallAsync(wanted with { IsApproved = true }, cancellationToken),
        };
    }

    private bool Asks(ToolCall wanted) => !_always.ContainsKey(wanted.Name)
        && (_catalog.Find(wanted.Name) is { NeedsApproval: true } || options.Approval?.Asks(wanted) is true);

    private async Task<ApprovalAnswer> AnswerAsync(ToolCall wanted, Approver approver, CancellationToken cancellationToken)
    {
        using var cell = wanted.Clocks?.Begin();
        using var run = clocks.Begin();
        var request = new ApprovalRequested(wanted.Number, wanted.Name, wanted.Arguments.GetRawText()) { Code = Code };
        await News.TellAsync(new(wanted.Number, request), cancellationToken);
        await _person.Writer.WriteAsync(true, cancellationToken);
        try
        {
            var answer = Asks(wanted) ? await approver(request, cancellationToken).WaitAsync(cancellationToken) : new Approved();
            var approved = answer as Approved;
            var told = answer is Undecided ? null : new ApprovalAnswered(wanted.Number, wanted.Name, approved is not null)
            {
                Reason = (answer as Denied)?.Reason,
                Arguments = approved?.Arguments,
                Always = approved is { Always: true } ? true : null,
            };
            await News.TellAsync(new(wanted.Number, told), cancellationToken); // of what is undecided only the end of the action comes
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
}
