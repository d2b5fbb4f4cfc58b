using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>What every session promises, whatever runs its cells. An implementation inherits this and says how one is made.</summary>
public abstract partial class PythonSessionConformance
{
    /// <summary>A fresh session, disposed by the test.</summary>
    protected abstract Task<IPythonSession> CreateAsync(SessionOptions options);

    protected static readonly CheckpointOptions _onDemand = new() { Automatic = false };

    /// <summary>A fresh session, disposed by the test; it takes no checkpoints by itself.</summary>
    protected Task<IPythonSession> CreateAsync() => CreateAsync(new SessionOptions { Checkpoints = _onDemand });

    protected static string Code(params string[] lines) => string.Join('\n', lines);

    /// <summary>Waits for something outside this process that announces itself in no other way.</summary>
    internal static async Task Until(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 4000, "Waited 20 s in vain.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
