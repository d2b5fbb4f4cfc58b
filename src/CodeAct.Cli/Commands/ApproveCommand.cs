using System.CommandLine;
using CodeAct.Agents;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact approve</c> and <c>codeact deny</c>: decide about the call that a conversation waits with, and go on.</summary>
internal static class ApproveCommand
{
    public static Command CreateApprove(Interrupts interrupts)
    {
        var edited = new Argument<string?>("arguments")
        {
            Description = "Other arguments for the call, as a JSON object. Default: those that the code gave.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return Create(
            interrupts,
            "approve",
            "Approve of the call that a conversation waits with, and go on with its run.",
            """
              codeact approve 7k2m
              codeact approve 7k2m '{"to": "Ann", "amount": 5}'
            """,
            edited,
            arguments => new Approved { Arguments = arguments.GetValue(edited) });
    }

    public static Command CreateDeny(Interrupts interrupts)
    {
        var reason = new Argument<string>("reason") { Description = "Why; the model reads it." };
        return Create(
            interrupts,
            "deny",
            "Refuse the call that a conversation waits with: it raises in the cell, and the run goes on.",
            """
              codeact deny 7k2m "that is too much"
            """,
            reason,
            arguments => new Denied(arguments.GetValue(reason)!));
    }

    private static TaughtCommand Create(
        Interrupts interrupts, string name, string description, string examples, Argument word, Func<ParseResult, ApprovalAnswer> read)
    {
        var id = new Argument<string>("id") { Description = "The conversation, or the beginning of its ID." };
        var flags = new AgentFlags { GoesOn = true };
        var command = new TaughtCommand(
            name,
            description,
            $"""
            The cells before run again in a fresh interpreter, their calls answered from the log; the cell that waited runs again
            up to that very call. What comes out otherwise is said. Model, mode and tools are those of the run.
            Exit code: as that of 'codeact run'; 3 when it waits with a further call, which --approve decides about beforehand.

            Examples:
            {examples}
            """)
        {
            id, word,
        };
        flags.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var earlier = await EarlierConversation.FindAsync(flags.ReadStore(arguments), arguments.GetValue(id)!, cancellationToken);
            if (earlier.Pending is null)
            {
                throw new InvalidOperationException(
                    $"Conversation {earlier.Summary.Id} waits for no approval; 'codeact conversations' names those that do.");
            }

            return await ContinueAsync(earlier, flags.Read(arguments, earlier.Model), read(arguments), interrupts, cancellationToken);
        });
        return command;
    }

    /// <summary>Goes on with a run that waits; answers the call that it waits with when it is given an answer.</summary>
    public static async Task<int> ContinueAsync(
        EarlierConversation earlier,
        AgentSettings settings,
        ApprovalAnswer? answer,
        Interrupts interrupts,
        CancellationToken cancellationToken)
    {
        return await RunCommand.RunAsync(settings, RunCommand.Mode.Shown, GoOnAsync, interrupts, cancellationToken);

        Task<RunEnded> GoOnAsync(Desk desk, IRunView view)
        {
            if (answer is not null)
            {
                desk.Approvals.Give(answer);
            }

            if (!desk.Approvals.CanDecide)
            {
                var id = earlier.Summary.Id;
                throw new InvalidOperationException(
                    $"Conversation {id} waits for an approval, and there is no terminal to ask at: "
                    + $"'codeact approve {id}', 'codeact deny {id} REASON', or --approve.");
            }

            return desk.ContinueAsync(earlier.Summary, view, interrupts, cancellationToken);
        }
    }
}
