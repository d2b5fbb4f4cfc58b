using System.Collections.Concurrent;
using System.Diagnostics;
using CodeAct.Python;
using CodeAct.SystemTests.Python;

namespace CodeAct.SystemTests.Adversarial;

/// <summary>How long a neighbour's cell took, and the category of the attack that was on, if any.</summary>
internal readonly record struct Latency(string? Attack, double Milliseconds);

/// <summary>A session of somebody else on the same engine, which works all the while and has secrets of its own.</summary>
internal sealed class Neighbour : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(15);
    private static readonly (string Code, string Answer)[] _cells =
        [("1 + 1", "2"), ("int(numpy.linalg.svd(numpy.ones((40, 40)))[1][0])", "40")];

    private readonly IPythonSession _session;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Latency> _latencies = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly Task _work;

    private Neighbour(IPythonSession session, Func<string?> attack)
    {
        _session = session;
        _work = Task.Run(() => WorkAsync(attack), CancellationToken.None);
    }

    public string Workspace => _session.Workspace.Root;

    public IEnumerable<Latency> Latencies => _latencies;

    public static async Task<Neighbour> MoveInAsync(PythonEngine engine, string secret, Func<string?> attack)
    {
        var options = new SessionOptions { Checkpoints = new CheckpointOptions { Automatic = false } }; // its processes stay the same
        var session = await engine.CreateSessionAsync(options, TestContext.Current.CancellationToken);
        var furniture = await File.ReadAllTextAsync(Path.Combine(AttackProgram.Root, "neighbour.py"), TestContext.Current.CancellationToken);
        var outcome = await session.RunAsync($"SECRET = '{secret}'\n{furniture}");
        Assert.True(outcome.Status == CellStatus.Ok, $"{outcome.Order}: {outcome.Stderr}");
        return new Neighbour(session, attack);
    }

    /// <summary>What has happened to it that should not have.</summary>
    public async Task<IEnumerable<string>> DamageAsync()
    {
        var outcome = await _session.RunAsync("damage()");
        var answer = outcome.Events.OfType<ExecuteResult>().SingleOrDefault()?.Data.PlainText;
        return answer == "[]" ? _failures : [.. _failures, $"a neighbour's own things: {answer ?? outcome.Order}"];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
        await _session.DisposeAsync();
    }

    private async Task WorkAsync(Func<string?> attack)
    {
        using var timer = new PeriodicTimer(_pause);
        while (!_stop.IsCancellationRequested)
        {
            foreach (var (code, answer) in _cells)
            {
                var under = attack();
                var started = Stopwatch.GetTimestamp();
                var result = "";
                var ended = "";
                await foreach (var shown in _session.RunAsync(new Cell(code), CancellationToken.None))
                {
                    result = shown is ExecuteResult { Data.PlainText: var text } ? text : result;
                    ended = shown is CellEnded { Status: var status, Reason: var reason } ? $"{status} {reason}" : ended;
                }

                if (under == attack())
                {
                    _latencies.Enqueue(new Latency(under, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
                }

                if (result != answer)
                {
                    _failures.Enqueue($"a neighbour's cell '{code}' gave '{result}' and ended {ended}");
                }
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
