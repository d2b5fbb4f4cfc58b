using System.Diagnostics;
using System.Globalization;

namespace CodeAct.SystemTests.Conversations;

/// <summary>A process that adds events to a conversation of each store until it is killed.</summary>
internal sealed class AppenderProcess : IDisposable
{
    private readonly Process _process;

    private AppenderProcess(Process process, string name) => (_process, Name) = (process, name);

    /// <summary>What its events say, each with its number.</summary>
    public string Name { get; }

    /// <summary>Starts it; it does not begin yet.</summary>
    /// <param name="name">What its events say.</param>
    /// <param name="places">As the program wants them.</param>
    public static AppenderProcess Start(string name, params IEnumerable<string> places)
    {
        var program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "..", "publish", "CodeAct.Appender", "release_linux-x64", "CodeAct.Appender"));
        var start = new ProcessStartInfo(program, [name, .. places])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new AppenderProcess(Process.Start(start)!, name);
    }

    /// <summary>Lets it begin, and kills it a time after it was told first that something is kept.</summary>
    /// <param name="time">How long it may go on.</param>
    /// <param name="alsoKill">Done right before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What it had printed by then: which store had acknowledged which number.</returns>
    public async Task<IReadOnlyList<(string Store, long Number)>> KillAfterAsync(
        TimeSpan time, Func<Task> alsoKill, CancellationToken cancellationToken)
    {
        if (await _process.StandardOutput.ReadLineAsync(cancellationToken) != "ready")
        {
            Assert.Fail(await _process.StandardError.ReadToEndAsync(cancellationToken));
        }

        await _process.StandardInput.WriteLineAsync("go".AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var first = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        var printed = _process.StandardOutput.ReadToEndAsync(cancellationToken);
        await Task.Delay(time, TimeProvider.System, cancellationToken);
        await alsoKill();
        _process.Kill(); // SIGKILL
        var lines = $"{first}\n{await printed}".Split('\n')[..^1]; // a line without its end is no acknowledgement
        await _process.WaitForExitAsync(cancellationToken);
        return [.. lines.Select(line => line.Split(' ')).Select(words => (words[0], long.Parse(words[1], CultureInfo.InvariantCulture)))];
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
