namespace CodeAct.Python;

/// <summary>What sessions do when nobody waits for them: one of them at a time, and as much rest after it as it took.</summary>
/// <remarks>So it takes no more than half a processor from the sessions that are at work.</remarks>
internal sealed class IdleWork(TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    public Task RunAsync(Func<Task> work)
    {
        lock (_gate)
        {
            return _last = RunAfterAsync(_last, work);
        }
    }

    private async Task RunAfterAsync(Task before, Func<Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var began = time.GetTimestamp();
        await work();
        await Task.Delay(time.GetElapsedTime(began), time, CancellationToken.None);
    }
}
