using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace CodeAct.Perf;

/// <summary>
/// An interpreter in a child process that takes cells and gives their text over its pipes, each with its length before it:
/// IPython as it comes (<c>ipython_child.py</c>), or Pyodide in Node (<c>pyodide_child.mjs</c>).
/// </summary>
internal sealed class PipeInterpreter : IAsyncDisposable
{
    private const int SizeLength = 4;

    private readonly Process _process;

    private PipeInterpreter(Process process)
    {
        _process = process;
    }

    /// <summary>Where perf/run puts Pyodide; null when it could not be had.</summary>
    public static string? PyodideFolder { get; } =
        Path.GetFullPath(".tools/pyodide/node_modules/pyodide") is var folder && Directory.Exists(folder) ? folder : null;

    public int ProcessId => _process.Id;

    /// <summary>IPython with modules imported.</summary>
    public static PipeInterpreter StartIPython(params IEnumerable<string> modules) =>
        Start("/usr/bin/python3", ["perf/ipython_child.py", .. modules]);

    /// <summary>Pyodide without libraries, which it would fetch from the network; null when it is not there.</summary>
    public static PipeInterpreter? StartPyodide() =>
        PyodideFolder is null ? null : Start("node", ["perf/pyodide_child.mjs", PyodideFolder]);

    /// <summary>Runs a cell and gives what it has shown.</summary>
    public async Task<string> RunAsync(string code, CancellationToken cancellationToken)
    {
        var size = Encoding.UTF8.GetByteCount(code);
        var message = new byte[SizeLength + size];
        BinaryPrimitives.WriteInt32LittleEndian(message, size);
        Encoding.UTF8.GetBytes(code, message.AsSpan(SizeLength));
        var input = _process.StandardInput.BaseStream;
        await input.WriteAsync(message, cancellationToken);
        await input.FlushAsync(cancellationToken);
        var answers = _process.StandardOutput.BaseStream;
        await answers.ReadExactlyAsync(message.AsMemory(0, SizeLength), cancellationToken);
        var text = new byte[BinaryPrimitives.ReadInt32LittleEndian(message)];
        await answers.ReadExactlyAsync(text, cancellationToken);
        return Encoding.UTF8.GetString(text);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static PipeInterpreter Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        start.Environment["IPYTHONDIR"] = Path.Combine(Path.GetTempPath(), "codeact-perf-ipython");
        return new PipeInterpreter(Process.Start(start) ?? throw new InvalidOperationException($"'{program}' did not start."));
    }
}
