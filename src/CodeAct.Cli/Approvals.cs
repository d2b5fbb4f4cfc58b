using System.Text.Json;
using CodeAct.Actions;
using CodeAct.Agents;
using CodeAct.Cli.Terminal;

namespace CodeAct.Cli;

/// <summary>Decides about calls at the command line: by <c>--approve</c>, or by asking the person at the terminal.</summary>
/// <param name="approve">What the flag says.</param>
/// <param name="screen">Where to ask.</param>
/// <param name="interrupt">Does what Ctrl-C does: while a line is typed the terminal gives it to us.</param>
internal sealed class Approvals(Approve approve, Screen screen, Action interrupt)
{
    private const string Question = "  approve? [y]es, [n]o REASON, [e]dit ARGUMENTS, [a]lways: ";
    private readonly Queue<ApprovalAnswer> _given = [];

    /// <summary>Whether a call can be decided about here.</summary>
    public bool CanDecide => approve is not Approve.Ask || _given.Count > 0 || HasPerson;

    private bool HasPerson => screen.IsTerminal && Prompt.HasPerson;

    /// <summary>Gives an answer for the next call that is asked about.</summary>
    public void Give(ApprovalAnswer answer) => _given.Enqueue(answer);

    /// <summary>Decides; an <see cref="Approver"/>.</summary>
    public async Task<ApprovalAnswer> DecideAsync(ApprovalRequested request, CancellationToken cancellationToken)
    {
        if (_given.TryDequeue(out var given))
        {
            return given;
        }

        return approve switch
        {
            Approve.Always => new Approved(),
            Approve.Never => new Denied("calls that need an approval are not allowed in this run"),
            _ when !HasPerson => new Undecided(),
            _ => await AskAsync(request, cancellationToken),
        };
    }

    private async Task<ApprovalAnswer> AskAsync(ApprovalRequested request, CancellationToken cancellationToken)
    {
        var prompt = new Prompt(screen, historyFile: null);
        while (await TypedAsync(prompt, Question, "", cancellationToken) is var line)
        {
            var words = line.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
            switch (words[0].ToLowerInvariant())
            {
                case "y" or "yes":
                    return new Approved();
                case "a" or "always":
                    return new Approved { Always = true };
                case "n" or "no":
                    return new Denied(words.Length > 1 ? words[1] : "the user said no");
                case "e" or "edit":
                    var edited = words.Length > 1
                        ? words[1]
                        : await TypedAsync(prompt, "  arguments: ", TerminalText.Clean(request.Arguments), cancellationToken);
                    if (IsObject(edited))
                    {
                        return new Approved { Arguments = edited };
                    }

                    screen.Line("  That is no JSON object, such as {\"name\": \"value\"}.", Look.Warning);
                    break;
            }
        }

        throw new System.Diagnostics.UnreachableException();
    }

    private async Task<string> TypedAsync(Prompt prompt, string label, string text, CancellationToken cancellationToken)
    {
        if (await prompt.EditAsync(label, text, cancellationToken) is { } typed)
        {
            return typed;
        }

        interrupt();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken); // which ends with the call
        return "";
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind is JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
