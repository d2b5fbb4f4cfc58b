using System.IO.Enumeration;

namespace CodeAct.Python;

/// <summary>Holds a workspace to its size where the file system does not: without namespaces it is a directory like any other.</summary>
/// <remarks>
/// It looks while cells run, every 100 ms or, when looking takes long, a tenth of the time. When the workspace is over its size,
/// the processes of the session may not write to files any more (EFBIG) until something is deleted. Between two looks it can grow
/// by what the disk takes in that time. What grows all the same is stopped with its cell at a quarter over: by files without
/// contents, or because code has given itself the right to write again, or because this process, as root without
/// CAP_SYS_RESOURCE, may not take it from another user's.
/// </remarks>
internal sealed class WorkspaceWatch(Workspace workspace, SessionLimits limits, TimeProvider time) : IDisposable
{
    private const double Much = 1.25;
    private const int Share = 10;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private static readonly EnumerationOptions _everything = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.None,
    };

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private Worker? _worker;
    private InterruptLadder? _ladder;
    private bool _isClosed;
    private (long Bytes, long Files) _last;

    /// <summary>A cell begins.</summary>
    public void Start(Worker worker, InterruptLadder ladder)
    {
        lock (_gate)
        {
            (_worker, _ladder) = (worker, ladder);
            _timer ??= time.CreateTimer(
                static watch => ((WorkspaceWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(_pause, Timeout.InfiniteTimeSpan);
            if (_isClosed)
            {
                Judge(Measure()); // something may have been deleted since
            }
        }
    }

    /// <summary>The cell has ended.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            (_worker, _ladder) = (null, null);
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        var began = time.GetTimestamp();
        var measured = Measure(); // outside of the lock, for which the end of the cell would wait
        var rest = time.GetElapsedTime(began) * Share;
        lock (_gate)
        {
            if (_worker is not null)
            {
                Judge(measured);
                _timer!.Change(rest > _pause ? rest : _pause, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Judge((long Bytes, long Files) measured)
    {
        var isMuch = measured.Bytes > limits.WorkspaceBytes * Much || measured.Files > limits.WorkspaceFiles * Much;
        var grows = measured.Bytes > _last.Bytes || measured.Files > _last.Files;
        if (_isClosed && isMuch && grows)
        {
            _ladder!.Start(StopCause.Workspace);
        }

        _last = measured;

        var isOver = measured.Bytes > limits.WorkspaceBytes || measured.Files > limits.WorkspaceFiles;
        if (isOver || _isClosed)
        {
            var longest = isOver ? 0 : limits.FileBytes;
            foreach (var process in _worker!.Number is { } number ? ProcessTree.WithDescendants(number) : [])
            {
                Libc.LimitFiles(process, longest); // again and again: code of the session can undo it
            }
        }

        _isClosed = isOver;
    }

    private (long Bytes, long Files) Measure()
    {
        var all = new FileSystemEnumerable<long>(workspace.Root, (ref entry) => Libc.BytesOnDisk(entry.ToFullPath()), _everything)
        {
            ShouldRecursePredicate = (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == FileAttributes.None,
        };
        var (bytes, files) = (0L, 0L);
        foreach (var size in all)
        {
            (bytes, files) = (bytes + size, files + 1);
        }

        return (bytes, files);
    }
}
