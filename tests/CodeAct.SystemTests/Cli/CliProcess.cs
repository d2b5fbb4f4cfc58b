using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace CodeAct.SystemTests.Cli;

/// <summary>The codeact command as a process, in an empty directory with a state directory of its own.</summary>
internal sealed class CliProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;
    private readonly Task _reading;

    private CliProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        _reading = ReadAsync();
    }

    /// <summary>Starts it. Its standard input is a pipe that holds <paramref name="input"/> and ends.</summary>
    public static async Task<CliProcess> StartAsync(string directory, string input, params string[] arguments)
    {
        return await StartAsync(Start(directory, "dotnet", [Command, .. arguments]), input);
    }

    private static async Task<CliProcess> StartAsync(Process process, string input)
    {
        await process.StandardInput.WriteAsync(input.AsMemory(), CancellationToken.None);
        process.StandardInput.Close();
        return new CliProcess(process);
    }

    /// <summary>Starts it at a terminal of its own, on which <see cref="TypeAsync"/> types.</summary>
    public static CliProcess StartAtTerminal(string directory, params string[] arguments)
    {
        // exec: a shell that stays, such as dash, would itself die of the Ctrl-C and say 130 in the command's place.
        var line = "exec " + string.Join(' ', new[] { "dotnet", Command }.Concat(arguments).Select(word => $"'{word}'"));
        return new CliProcess(Start(directory, "script", ["-q", "-e", "-f", "-c", line, "/dev/null"]));
    }

    /// <summary>Types at the terminal.</summary>
    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys.AsMemory(), CancellationToken.None);
        await _process.StandardInput.FlushAsync(CancellationToken.None);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<CliResult> RunAsync(
        string directory, string input, CancellationToken cancellationToken, params string[] arguments)
    {
        await using var process = await StartAsync(directory, input, arguments);
        return await process.EndAsync(cancellationToken);
    }

    /// <summary>Runs it to its end with a variable set in its environment.</summary>
    public static async Task<CliResult> RunWithAsync(
        string variable, string value, string directory, CancellationToken cancellationToken, params string[] arguments) =>
        await RunWithAsync([$"{variable}={value}"], directory, cancellationToken, arguments);

    /// <summary>The same with several, each as <c>NAME=value</c>.</summary>
    public static async Task<CliResult> RunWithAsync(
        IReadOnlyList<string> variables, string directory, CancellationToken cancellationToken, params string[] arguments)
    {
        var started = Start(directory, "env", [.. variables, "dotnet", Command, .. arguments]);
        await using var process = await StartAsync(started, "");
        return await process.EndAsync(cancellationToken);
    }

    /// <summary>Waits until a line of standard output holds a text.</summary>
    public async Task WaitForAsync(string text, CancellationToken cancellationToken)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(cancellationToken))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"It ended without '{text}':\n{_output}\n{await _errors}");
    }

    /// <summary>What Ctrl-C does.</summary>
    public async Task InterruptAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -INT {_process.Id}"]); // a bare machine has no program of that name
        await kill.WaitForExitAsync(cancellationToken);
    }

    public async Task<CliResult> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading;
        return new CliResult(_process.ExitCode, _output.ToString(), await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    public static string Command => Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", "CodeAct.Cli", "release", "CodeAct.Cli.dll"));

    private static Process Start(string directory, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment =
            {
                ["XDG_STATE_HOME"] = Path.Combine(directory, "state"),
                ["XDG_DATA_HOME"] = Path.Combine(directory, "data"),
                ["TERM"] = "xterm-256color",
            },
        };
        foreach (var name in (string[])["CODEACT_MODEL", "CODEACT_STORE", "OPENAI_BASE_URL", "OPENAI_API_KEY"])
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            _output.Append(line).Append('\n');
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }
}

internal sealed record CliResult(int ExitCode, string Output, string Errors);
