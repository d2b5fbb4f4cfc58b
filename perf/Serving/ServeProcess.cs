using System.Diagnostics;

namespace CodeAct.Perf.Serving;

/// <summary><c>codeact serve</c> as a process, with a store of its own.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    private ServeProcess(Process process, string directory, Uri url) => (_process, _directory, Url) = (process, directory, url);

    public Uri Url { get; }

    public int ProcessId => _process.Id;

    public static async Task<ServeProcess> StartAsync(Uri model, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("codeact-perf-").FullName;
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                Path.GetFullPath("artifacts/bin/CodeAct.Cli/release/CodeAct.Cli.dll"),
                "serve", "--port", "0", "--model", "openai:slow", "--base-url", model.ToString(),
            },
        };
        start.Environment["XDG_DATA_HOME"] = directory;
        start.Environment["OPENAI_API_KEY"] = "none";
        start.Environment.Remove("CODEACT_STORE");
        var process = Process.Start(start) ?? throw new InvalidOperationException("codeact serve did not start.");
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Split(' ').FirstOrDefault(word => word.StartsWith("http://", StringComparison.Ordinal)) is { } url)
            {
                return new ServeProcess(process, directory, new Uri(url));
            }
        }

        throw new InvalidOperationException($"codeact serve ended with {process.ExitCode} before it listened.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
