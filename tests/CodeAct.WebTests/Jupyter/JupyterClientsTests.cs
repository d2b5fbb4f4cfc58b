using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Jupyter;

/// <summary>Jupyter's own programs, unchanged, on sandboxed sessions. <c>scripts/setup tests</c> installs them.</summary>
public sealed class JupyterClientsTests(WebHost host)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_notebook_is_run_through_the_gateway_client_of_Jupyter_Server()
    {
        var cells = (await RunAsync("notebook")).GetProperty("cells");
        Assert.Equal("stdout /workspace\n", Outputs(cells[0]));
        var frame = cells[1].GetProperty("outputs")[0].GetProperty("data");
        Assert.Contains("<table", frame.GetProperty("text/html").GetString(), StringComparison.Ordinal);
        var picture = cells[2].GetProperty("outputs").EnumerateArray().Single(output => Text(output, "output_type") == "display_data");
        Assert.StartsWith("iVBORw0KGgo", Text(picture.GetProperty("data"), "image/png"), StringComparison.Ordinal);
        Assert.Equal("stderr to stderr\n|[4] 42", Outputs(cells[3]));
        Assert.Equal("ZeroDivisionError: division by zero", Outputs(cells[4]));
        Assert.Equal("[6] 43", Outputs(cells[5]));
        Assert.Equal([1, 2, 3, 4, 5, 6], cells.EnumerateArray().Select(cell => cell.GetProperty("execution_count").GetInt32()));
    }

    [Fact]
    public async Task The_binary_subprotocol_is_that_of_Jupyter_Server()
    {
        var spoken = await RunAsync("binary");
        Assert.Equal("v1.kernel.websocket.jupyter.org", Text(spoken, "protocol"));
        Assert.Equal(
            """[["iopub","status","busy"],["iopub","execute_input",""],["iopub","stream","\u00e9\n"],["shell","execute_reply","ok"],["iopub","status","idle"]]""",
            spoken.GetProperty("told").GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }

    // What a cell of a notebook shows, in short.
    private static string Outputs(JsonElement cell) => string.Join('|', cell.GetProperty("outputs").EnumerateArray().Select(output =>
        Text(output, "output_type") switch
        {
            "stream" => $"{Text(output, "name")} {Text(output, "text")}",
            "execute_result" => $"[{output.GetProperty("execution_count")}] {Text(output.GetProperty("data"), "text/plain")}",
            "error" => $"{Text(output, "ename")}: {Text(output, "evalue")}",
            var other => other,
        }));

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private async Task<JsonElement> RunAsync(string part, [CallerFilePath] string file = "")
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { Path.Combine(Path.GetDirectoryName(file)!, "jupyter_clients.py"), part, $"{host.Server.Url}jupyter" },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync(Cancel);
        var said = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, await complaints);
        return JsonDocument.Parse(said).RootElement;
    }
}
