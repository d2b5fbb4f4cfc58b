using System.Text;
using CodeAct.Python;

namespace CodeAct.Perf.Soaking;

/// <summary>A session and what is known of it: each of its cells sets the variable <c>token</c> to another value.</summary>
internal sealed class SoakSession : IAsyncDisposable
{
    private static readonly string _prelude = File.ReadAllText("perf/soak_text.py");

    private readonly IPythonSession _session;
    private readonly SoakCounts _counts;
    private readonly Dictionary<int, List<int>> _kept = []; // by number of a checkpoint: the tokens up to then
    private List<int> _tokens; // after so many cells

    private SoakSession(IPythonSession session, SoakCounts counts, List<int> tokens)
    {
        _session = session;
        _counts = counts;
        _tokens = tokens;
    }

    public IReadOnlyList<Checkpoint> Checkpoints => _session.Checkpoints;

    public static async Task<SoakSession> CreateAsync(PythonEngine engine, SoakCounts counts, CancellationToken cancellationToken)
    {
        var created = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        var session = new SoakSession(created, counts, [0]);
        counts.Add("sessions created");
        await session.RunAsync(new SoakText(_prelude, "", ""), token: 0, "", CellStatus.Ok, cancellationToken);
        return session;
    }

    /// <summary>Runs a cell that sets the token, shows the text and then does what <paramref name="ending"/> says.</summary>
    /// <param name="text">What it is to show.</param>
    /// <param name="token">Unlike others, or 0 for none.</param>
    /// <param name="ending">Python; when it shows "on", the cell is interrupted.</param>
    /// <param name="status">How the cell is to end.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RunAsync(SoakText text, int token, string ending, CellStatus status, CancellationToken cancellationToken)
    {
        var waits = status is CellStatus.Interrupted || ending.StartsWith("ignore", StringComparison.Ordinal);
        var expected = text.Stdout + (waits ? "on" : "");
        var (stdout, stderr, end, error) = (new StringBuilder(), new StringBuilder(), (CellEnded?)null, (PythonError?)null);
        var code = (token == 0 ? "" : $"token = {token}\n") + text.Code + ending;
        await foreach (var shown in _session.RunAsync(new Cell(code), cancellationToken))
        {
            switch (shown)
            {
                case StreamText { FromEarlierCell: true } late:
                    throw new SoakException($"text of an earlier cell: '{late.Text}'");
                case StreamText piece:
                    (piece.Stream == StreamName.Stdout ? stdout : stderr).Append(piece.Text);
                    break;
                case InterpreterRestarted restarted:
                    throw new SoakException($"an interpreter that nobody ended is gone: {restarted.Reason}");
                case PythonError raised:
                    error = raised;
                    break;
                case CellEnded ended:
                    end = ended;
                    break;
            }

            if (waits && stdout.Length == expected.Length)
            {
                _session.Interrupt();
            }
        }

        _tokens.Add(token == 0 ? _tokens[^1] : token);
        NoteCheckpoints();
        _counts.Add(end!.Status);
        _counts.AddBytes(Encoding.UTF8.GetByteCount(expected) + Encoding.UTF8.GetByteCount(text.Stderr));
        var complaint = SoakText.Differs("stdout", expected, stdout.ToString())
            ?? SoakText.Differs("stderr", text.Stderr, stderr.ToString())
            ?? (end.Status == status ? null : $"it ended as {end.Status} in place of {status}: {end.Reason}");
        Check(complaint is null ? null : $"{complaint} ({end.Status} {error?.Name} {error?.Message}) of the cell\n{code}");
        if (status == CellStatus.Died)
        {
            await LookAsync(restarts: true, cancellationToken);
        }
    }

    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await _session.CheckpointAsync(cancellationToken);
        NoteCheckpoints();
        _counts.Add("checkpoints");
    }

    public async Task RollBackAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            await _session.RollbackAsync(checkpoint, cancellationToken);
        }
        catch (CheckpointException) when (!_session.Checkpoints.Contains(checkpoint))
        {
            _counts.Add("checkpoints gone when asked for"); // an automatic one has taken its place meanwhile
            return;
        }

        _counts.Add("rollbacks");
        NoteCheckpoints(); // those of the time that has been taken back
        _tokens = [.. _kept[checkpoint.Id]];
        await LookAsync(restarts: false, cancellationToken);
    }

    public async Task<SoakSession> ForkAsync(CancellationToken cancellationToken)
    {
        var forked = new SoakSession(await _session.ForkAsync(null, cancellationToken), _counts, [.. _tokens]);
        _counts.Add("forks");
        await forked.LookAsync(restarts: false, cancellationToken);
        return forked;
    }

    public ValueTask DisposeAsync()
    {
        _counts.Add("sessions ended");
        return _session.DisposeAsync();
    }

    /// <summary>After a death, a rollback or a fork: looks whether the token is the one that it is to be.</summary>
    private async Task LookAsync(bool restarts, CancellationToken cancellationToken)
    {
        var (text, restarted) = (new StringBuilder(), (InterpreterRestarted?)null);
        await foreach (var shown in _session.RunAsync(new Cell("print(globals().get('token', 0))"), cancellationToken))
        {
            restarted = shown as InterpreterRestarted ?? restarted;
            text.Append((shown as StreamText)?.Text);
        }

        Check((restarts, restarted) switch
        {
            (true, null) => "the interpreter died and nothing said so",
            (false, not null) => $"an interpreter that nobody ended is gone: {restarted.Reason}",
            _ => null,
        });
        _counts.Add(restarted switch
        {
            null => "states looked at",
            { From: null } => "states lost with the interpreter",
            _ => "states found again",
        });
        if (restarted is not null)
        {
            var kept = restarted.From is { } from ? _kept[from.Id] : [0];
            var isPast = _tokens.Take(kept.Count).SequenceEqual(kept);
            Check(isPast ? null : "after a death it went on from a checkpoint of a time that had been taken back");
            _tokens = [.. kept];
        }

        Check(SoakText.Differs("the state", $"{_tokens[^1]}\n", text.ToString()));
        _tokens.Add(_tokens[^1]);
        if (_tokens[^1] == 0) // that state may be older than what runs before anything else
        {
            await RunAsync(new SoakText(_prelude, "", ""), token: 0, "", CellStatus.Ok, cancellationToken);
        }
    }

    /// <summary>What each checkpoint holds that is new here: it was taken between two cells, and says which.</summary>
    private void NoteCheckpoints()
    {
        foreach (var checkpoint in _session.Checkpoints.Where(checkpoint => !_kept.ContainsKey(checkpoint.Id)))
        {
            _kept[checkpoint.Id] = _tokens[..(checkpoint.Cells + 1)];
        }
    }

    private static void Check(string? complaint)
    {
        if (complaint is not null)
        {
            throw new SoakException(complaint);
        }
    }
}

/// <summary>What the soak is to find: something lost, misplaced or otherwise than it has to be.</summary>
internal sealed class SoakException(string message) : Exception(message);
