using System.Globalization;
using System.Text;

namespace CodeAct.Python;

/// <summary>What one cell has used of its limits other than wall time; sets off the ladder when one is reached.</summary>
internal sealed class CellBudget : IDisposable
{
    private static readonly TimeSpan _sampleAfter = TimeSpan.FromMilliseconds(10); // at the least
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    private readonly Cell _cell;
    private readonly SessionLimits _limits;
    private readonly InterruptLadder _ladder;
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan?> _processorTime;
    private readonly Lock _holding = new(); // guards the two below
    private TimeSpan? _processorTimeBefore; // later by what was used while it was held
    private TimeSpan? _heldAt;
    private readonly ITimer? _sampling;
    private readonly long _began;
    private long _shown; // bytes
    private long _events;

    /// <param name="cell">What may be used.</param>
    /// <param name="limits">And by its session.</param>
    /// <param name="ladder">Set off when the cell is to end.</param>
    /// <param name="processorTime">That of all processes of the session so far; null when it cannot be had, for they are gone.</param>
    /// <param name="time">Measures.</param>
    public CellBudget(Cell cell, SessionLimits limits, InterruptLadder ladder, Func<TimeSpan?> processorTime, TimeProvider time)
    {
        _cell = cell;
        _limits = limits;
        _ladder = ladder;
        _time = time;
        _processorTime = processorTime;
        _began = time.GetTimestamp();
        if (cell.ProcessorTime is { } limit)
        {
            _processorTimeBefore = processorTime();
            _sampling = time.CreateTimer(
                static budget => ((CellBudget)budget!).Sample(), this, NextSample(limit), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Output beyond the limit was dropped.</summary>
    public bool IsCut => _shown > _limits.OutputBytes;

    /// <summary>The cell had to wait because it sent more events than it may.</summary>
    public bool IsSlowed { get; private set; }

    /// <summary>Counts an event; false when it is to be dropped. An error is always let through.</summary>
    public bool Admits(CellEvent shown)
    {
        if (shown is ToolCalled or ToolReturned) // no output; they have a bound of their own
        {
            return true;
        }

        _events++;
        _shown += shown switch
        {
            StreamText text => Encoding.UTF8.GetByteCount(text.Text),
            DisplayData display => Size(display.Data),
            ExecuteResult result => Size(result.Data),
            _ => 0,
        };
        if (IsCut)
        {
            _ladder.Start(StopCause.Output);
        }

        return !IsCut || shown is PythonError;
    }

    /// <summary>Waits while the cell is ahead of its rate; what it sends then stays with it, and it waits as well.</summary>
    public async ValueTask PaceAsync()
    {
        if (!IsAhead())
        {
            return;
        }

        IsSlowed = true;
        using var timer = new PeriodicTimer(_pause, _time);
        while (IsAhead() && _ladder.Cause == StopCause.None)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Stops the limit of processor time.</summary>
    public void Hold()
    {
        lock (_holding)
        {
            _heldAt = _sampling is null ? null : _processorTime();
        }
    }

    /// <summary>Lets it go on: what was used in between does not count.</summary>
    public void Release()
    {
        lock (_holding)
        {
            if (_heldAt is { } held && _processorTime() is { } now)
            {
                _processorTimeBefore += now - held;
            }

            _heldAt = null;
        }

        Sample();
    }

    /// <summary>Names the limit that a cause stands for, and its value.</summary>
    public string Words(StopCause cause) => cause switch
    {
        StopCause.TimeLimit => $"The cell reached its time limit of {Seconds(_cell.Timeout)}",
        StopCause.ProcessorTime => $"The cell reached its limit of {Seconds(_cell.ProcessorTime!.Value)} of processor time",
        StopCause.Output => $"The cell reached its output limit of {Bytes(_limits.OutputBytes)}",
        StopCause.Workspace => $"The cell wrote more than the {Bytes(_limits.WorkspaceBytes)} or the "
            + $"{Number(_limits.WorkspaceFiles)} files that the workspace may hold",
        _ => "The cell was interrupted",
    };

    /// <summary>What was dropped and what was slowed, to be added to a reason; empty when nothing was.</summary>
    public string Remarks =>
        (IsCut ? $"; it showed {Bytes(_shown)}, and what came after the limit is left out" : "")
        + (IsSlowed ? $"; its output was slowed to {Number(_limits.EventsPerSecond)} events a second" : "");

    /// <summary>Bytes in the unit that people use.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => $"{bytes} bytes",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##} GiB"),
    };

    /// <summary>A time as people write it.</summary>
    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    public void Dispose() => _sampling?.Dispose();

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static long Size(MimeBundle bundle) => bundle.Data.Sum(form => (long)form.Value.Length);

    // A tenth of a second's events may come at once.
    private bool IsAhead() => _events > _limits.EventsPerSecond * (_time.GetElapsedTime(_began).TotalSeconds + 0.1);

    private void Sample()
    {
        lock (_holding)
        {
            if (_sampling is not null && _heldAt is null)
            {
                Judge();
            }
        }
    }

    private void Judge()
    {
        if (_processorTime() is not { } now || _processorTimeBefore is not { } before)
        {
            return; // the cell ends anyway
        }

        var left = _cell.ProcessorTime!.Value - (now - before);
        if (left <= TimeSpan.Zero)
        {
            _ladder.Start(StopCause.ProcessorTime);
        }
        else
        {
            _sampling!.Change(NextSample(left), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>When the limit can be reached at the earliest: with every processor busy.</summary>
    private static TimeSpan NextSample(TimeSpan left)
    {
        var earliest = left / Environment.ProcessorCount;
        return earliest > _sampleAfter ? earliest : _sampleAfter;
    }
}
