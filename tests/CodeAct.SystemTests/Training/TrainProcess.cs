using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CodeAct.SystemTests.Training;

/// <summary>A <c>codeact-train</c> process, as a person starts it: libtorch stays out of the tests' own process.</summary>
internal sealed class TrainProcess : IDisposable
{
    public const int Interrupt = 2, Kill = 9;

    // artifacts/bin/PROJECT/CONFIGURATION: beside the tests' own.
    private static readonly DirectoryInfo _here = new(AppContext.BaseDirectory);
    private static readonly string _program =
        Path.Combine(_here.Parent!.Parent!.FullName, "CodeAct.Training", _here.Name, "codeact-train");

    private readonly Process _process;

    private TrainProcess(Process process) => _process = process;

    public static TrainProcess Start(params string[] arguments) => new(Process.Start(new ProcessStartInfo(_program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!);

    /// <summary>Runs to the end; what was printed.</summary>
    public static async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var run = Start(arguments);
        var output = run._process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = run._process.StandardError.ReadToEndAsync(cancellationToken);
        await run._process.WaitForExitAsync(cancellationToken);
        Assert.True(run._process.ExitCode == 0, $"{arguments[0]} ended with {run._process.ExitCode}: {await errors}");
        return await output;
    }

    /// <summary>The next line that holds a text.</summary>
    public async Task<string> LineAsync(string text, CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }
        var errors = await _process.StandardError.ReadToEndAsync(cancellationToken);
        throw new EndOfStreamException($"No line with '{text}'; {errors}");
    }

    /// <summary>Sends a signal and waits for the end; gives the exit code and what was printed until then.</summary>
    public async Task<(int ExitCode, string Output)> EndAsync(int signal, CancellationToken cancellationToken)
    {
        Assert.Equal(0, Send(_process.Id, signal));
        var output = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, output);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);
}
