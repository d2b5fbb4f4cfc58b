using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace CodeAct.Perf;

/// <summary>Debian's Jupyter server, as a process without a token on loopback.</summary>
internal sealed class JupyterServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    private JupyterServer(Process process, string directory, int port)
    {
        _process = process;
        _directory = directory;
        Address = new Uri($"http://127.0.0.1:{port}/");
        Http = new HttpClient { BaseAddress = Address };
    }

    public int ProcessId => _process.Id;

    public Uri Address { get; }

    public HttpClient Http { get; }

    public static async Task<JupyterServer> StartAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("codeact-perf-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-m", "notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", $"--port={port}",
                "--NotebookApp.token=", "--NotebookApp.password=", "--NotebookApp.disable_check_xsrf=True",
                $"--notebook-dir={directory}",
            },
        };
        start.Environment["HOME"] = directory;
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        var process = Process.Start(start) ?? throw new InvalidOperationException("Jupyter did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new JupyterServer(process, directory, port);
        await server.WaitAsync(cancellationToken);
        return server;
    }

    /// <summary>Starts a kernel and connects to it, as the reference does: with a POST and a WebSocket.</summary>
    public async Task<JupyterKernel> StartKernelAsync(bool waitForIdle, CancellationToken cancellationToken)
    {
        using var answer = await Http.PostAsJsonAsync("api/kernels", new { name = "python3" }, cancellationToken);
        var kernel = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        var id = kernel!["id"]!.GetValue<string>();
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{Address.Authority}/api/kernels/{id}/channels"), cancellationToken);
        return new JupyterKernel(Http, id, socket, waitForIdle);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var tries = 0; tries < 1200; tries++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            try
            {
                using var answer = await Http.GetAsync("api", cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
            }
        }

        throw new InvalidOperationException($"Jupyter did not answer at {Address} within a minute.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
