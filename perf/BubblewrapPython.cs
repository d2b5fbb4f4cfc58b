using System.Diagnostics;

namespace CodeAct.Perf;

/// <summary>
/// A Python of its own for each cell, in bwrap's sandbox, launched twice as Microsoft's LocalCodeAct does: to look at the code, and
/// to run it. Nothing is kept between cells, and no library is imported that the cell does not import.
/// </summary>
internal static class BubblewrapPython
{
    private const string Look = "import ast, sys; ast.parse(sys.argv[1])";
    private const string Run = "import sys; exec(compile(sys.argv[1], '<cell>', 'single'))";

    public static async Task<string> RunAsync(string code, CancellationToken cancellationToken)
    {
        await LaunchAsync(Look, code, cancellationToken);
        return await LaunchAsync(Run, code, cancellationToken);
    }

    private static async Task<string> LaunchAsync(string program, string code, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "bwrap",
            [
                "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
                "/usr/bin/python3", "-c", program, code,
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("'bwrap' did not start.");
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? text
            : throw new InvalidOperationException($"bwrap ended with exit code {process.ExitCode}; it needs root or user namespaces.");
    }
}
