using System.Text;

namespace CodeAct.Agents;

// Makes room in the model's context.
internal sealed partial class Run
{
    private const int MostVariables = 40;

    private static readonly int[] _keeps = [3, 1]; // steps of the task that stay

    private long _asked; // characters of the last request
    private long _took; // tokens that it had, and its reply

    private bool IsNearlyFull => model.ContextTokens is { } room && _took > 0
        && conversation.History.Length * (double)_took / Math.Max(1, _asked) > options.CompactAt * room;

    /// <summary>Leaves out earlier steps; null when there are none to leave out.</summary>
    private async Task<HistoryCompacted?> CompactAsync(CancellationToken cancellationToken)
    {
        foreach (var keep in _keeps.Where(keep => conversation.History.CanCompact(keep)))
        {
            var note = await NoteAsync(cancellationToken);
            var dropped = conversation.History.Compact(keep, note);
            _took = 0; // unknown until the next reply
            return new HistoryCompacted(dropped, keep, note);
        }

        return null;
    }

    private async Task<string> NoteAsync(CancellationToken cancellationToken)
    {
        var note = new StringBuilder("[To save room, earlier steps of this task are left out here. What they did is done.");
        var variables = options.Persistent ? await conversation.Session.VariablesAsync(cancellationToken) : [];
        if (variables.Count > 0)
        {
            note.Append(" Variables that the interpreter has:");
            foreach (var (name, type, shape, _) in variables.TakeLast(MostVariables))
            {
                note.Append($"\n  {name}: {type}{(shape is null ? "" : $" {shape}")}");
            }
        }

        if (conversation.Session.Workspace.Files() is { Count: > 0 } files)
        {
            note.Append($"\nFiles: {string.Join(", ", files)}");
        }

        if (_lastError is { } error)
        {
            note.Append($"\nThe last error was: {error}");
        }

        return note.Append(']').ToString();
    }
}
