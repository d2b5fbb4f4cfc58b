using System.Collections.Concurrent;
using CodeAct.Python;

namespace CodeAct.Perf.Soaking;

/// <summary>What has been done so far, and what went wrong.</summary>
internal sealed class SoakCounts
{
    private readonly ConcurrentDictionary<string, long> _done = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private long _bytes;

    public IReadOnlyCollection<string> Failures => _failures;

    public void Add(string what) => _done.AddOrUpdate(what, 1, (_, count) => count + 1);

    public void Add(CellStatus status) => Add($"cells {status.ToString().ToLowerInvariant()}");

    public void AddBytes(long count) => Interlocked.Add(ref _bytes, count);

    public void Fail(string failure) => _failures.Enqueue(failure);

    public override string ToString() =>
        $"{string.Join(", ", _done.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Value:#,0} {one.Key}"))}; "
        + $"{Interlocked.Read(ref _bytes):#,0} bytes of output checked; {_failures.Count} failures";
}
