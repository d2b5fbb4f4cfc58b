using CodeAct.Agents;
using CodeAct.Models;
using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Data;

/// <summary>What became of one task in the hands of a model or of the expert.</summary>
/// <param name="Task">The task.</param>
/// <param name="Messages">The whole conversation as the agent kept it.</param>
/// <param name="Failure">Why it is no success; null when every answer was right.</param>
/// <param name="Raised">The exception of each cell in turn; null where none was raised.</param>
internal sealed record Attempt(DataTask Task, IReadOnlyList<ChatMessage> Messages, string? Failure, IReadOnlyList<string?> Raised)
{
    private static readonly AgentOptions _options = new()
    {
        MaxTurns = 6,
        MaxReplyTokens = 300,
        Temperature = 0,
        MaxTime = TimeSpan.FromMinutes(2),
        CellTimeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Lets the agent solve a task message by message, and judges every answer.</summary>
    /// <param name="task">The task.</param>
    /// <param name="model">Who replies.</param>
    /// <param name="session">Where the code runs: a session with no variables and no files.</param>
    /// <param name="time">Measures the limits.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    public static async Task<Attempt> RunAsync(
        DataTask task, Model model, IPythonSession session, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var file in task.Files)
        {
            await File.WriteAllTextAsync(Path.Combine(session.Workspace.Root, file.Name), file.Text, cancellationToken);
        }

        var failure = task.Setup is null ? null : await SetUpAsync(session, task.Setup, cancellationToken);
        var conversation = new Conversation(session);
        var agent = new Agent(model, _options, time);
        List<string?> raised = [];
        foreach (var turn in task.Turns)
        {
            failure ??= await TurnAsync(turn);
        }

        return new Attempt(task, [.. conversation.Messages], failure, raised);

        async Task<string?> TurnAsync(DataTurn turn)
        {
            RunEnded? end = null;
            var asked = raised.Count;
            await foreach (var happened in agent.RunAsync(conversation, turn.Text, cancellationToken))
            {
                switch (happened)
                {
                    case CellStarted:
                        raised.Add(null);
                        break;
                    case CellOutput(PythonError error):
                        raised[^1] = error.Name;
                        break;
                    case RunEnded ended:
                        end = ended;
                        break;
                    default:
                        break;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            return end!.Answer is not { } answer ? $"no answer: {end.Reason}"
                : turn.Steps.Count == 0 && raised.Count > asked ? "ran code for what needs none"
                : turn.Truth.IsIn(answer, session.Workspace.Files()) ? null
                : "wrong answer";
        }
    }

    private static async Task<string?> SetUpAsync(IPythonSession session, string code, CancellationToken cancellationToken)
    {
        string? failure = null;
        await foreach (var happened in session.RunAsync(new Cell(code), cancellationToken))
        {
            failure = happened is PythonError error ? $"set-up raised {error.Name}: {error.Message}" : failure;
        }

        return failure;
    }
}
