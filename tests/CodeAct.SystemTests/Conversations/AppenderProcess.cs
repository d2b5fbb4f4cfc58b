using System.Diagnostics;
using System.Globalization;

namespace CodeAct.SystemTests.Conversations;

/// <summary>A process that adds events to a conversation until it is killed.</summary>
internal sealed class AppenderProcess : IDisposable
{
    private readonly Process _process;

    private AppenderProcess(Process process, string name) => (_process, Name) = (process, name);

    /// <summary>What its events say, each with its number.</summary>
    public string Name { get; }

    public static AppenderProcess Start(string database, string connection, string conversation, string name)
    {
        var program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "CodeAct.Appender", "release", "CodeAct.Appender.dll"));
        var start = new ProcessStartInfo("dotnet", [program, database, connection, conversation, name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new AppenderProcess(Process.Start(start)!, name);
    }

    /// <summary>Lets it begin, kills it after a time, and gives the last number that it had printed by then.</summary>
    /// <returns>0 when nothing was acknowledged.</returns>
    public async Task<long> KillAfterAsync(TimeSpan time, Func<Task> alsoKill, CancellationToken cancellationToken)
    {
        if (await _process.StandardOutput.ReadLineAsync(cancellationToken) != "ready")
        {
            Assert.Fail(await _process.StandardError.ReadToEndAsync(cancellationToken));
        }

        var printed = _process.StandardOutput.ReadToEndAsync(cancellationToken);
        await _process.StandardInput.WriteLineAsync("go".AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        await Task.Delay(time, TimeProvider.System, cancellationToken);
        await alsoKill();
        _process.Kill(); // SIGKILL
        var lines = (await printed).Split('\n')[..^1]; // a line without its end is no acknowledgement
        await _process.WaitForExitAsync(cancellationToken);
        return lines.Length == 0 ? 0 : long.Parse(lines[^1], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
