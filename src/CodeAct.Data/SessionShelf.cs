using System.Collections.Concurrent;
using CodeAct.Python;

namespace CodeAct.Data;

/// <summary>Sessions that are emptied and used again: a fork costs more than all the cells of a short task.</summary>
/// <remarks>
/// A traceback shows the number of its cell, so a task that is to raise needs a fresh session, and one in which something was
/// raised does not come back.
/// </remarks>
internal sealed class SessionShelf(PythonEngine engine) : IAsyncDisposable
{
    private const int MostUses = 100;

    private readonly ConcurrentBag<IPythonSession> _free = [];
    private readonly ConcurrentDictionary<IPythonSession, int> _uses = [];

    public async Task<IPythonSession> TakeAsync(bool fresh, CancellationToken cancellationToken) =>
        !fresh && _free.TryTake(out var used) ? used : await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);

    public async Task ReturnAsync(IPythonSession session, bool clean, CancellationToken cancellationToken)
    {
        var uses = _uses.AddOrUpdate(session, 1, (_, uses) => uses + 1);
        if (!clean || uses >= MostUses || !await EmptyAsync(session, cancellationToken))
        {
            _uses.TryRemove(session, out _);
            await session.DisposeAsync();
            return;
        }

        _free.Add(session);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _free)
        {
            await session.DisposeAsync();
        }
    }

    private static async Task<bool> EmptyAsync(IPythonSession session, CancellationToken cancellationToken)
    {
        foreach (var file in session.Workspace.Files())
        {
            File.Delete(Path.Combine(session.Workspace.Root, file));
        }

        var ended = false;
        await foreach (var happened in session.RunAsync(new Cell("%reset -f"), cancellationToken))
        {
            ended = happened is CellEnded { Status: CellStatus.Ok, VariablesKept: true };
        }

        return ended;
    }
}
