using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Web.Jupyter;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Jupyter;

public sealed class KernelTests(WebHost host) : IDisposable
{
    private readonly HttpClient _client = host.Client();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(KernelMessage.BinaryProtocol)]
    public async Task A_cell_is_told_in_the_order_in_which_Jupyter_has_it(string? protocol)
    {
        using var kernel = await KernelConnection.OpenAsync(host.Server.Url, await BeginAsync(), protocol);
        var told = await kernel.UntilIdleAsync(await kernel.ExecuteAsync("print('naïve ☂')\ndisplay(5)\n6 * 7"));
        Assert.Equal("status execute_input stream display_data execute_result execute_reply status", string.Join(' ', told.Select(one => one.Type)));
        Assert.Equal("""{"name":"stdout","text":"naïve ☂\n"}""", JsonSerializer.Serialize(told[2].Content, _plain));
        Assert.Equal("""{"data":{"text/plain":"42"},"metadata":{},"execution_count":1}""", told[4].Content.ToJsonString());
        Assert.Equal(("shell", "ok"), (told[5].Channel, KernelMessage.Text(told[5].Content, "status")));
    }

    [Fact]
    public async Task Two_clients_of_a_kernel_see_each_others_output_and_only_who_asked_gets_the_reply()
    {
        var id = await BeginAsync();
        using var first = await KernelConnection.OpenAsync(host.Server.Url, id);
        using var second = await KernelConnection.OpenAsync(host.Server.Url, id, KernelMessage.BinaryProtocol);
        await second.AskAsync("kernel_info_request", []); // so that it is there
        var asked = await first.ExecuteAsync("x = 1; print('hello')");
        Assert.Contains(await first.UntilIdleAsync(asked), one => one.Type == "execute_reply");
        Assert.Equal("status execute_input stream status", string.Join(' ', (await second.UntilIdleAsync(asked)).Select(one => one.Type)));
        Assert.Equal(2, (await _client.GetFromJsonAsync<JsonElement>($"jupyter/api/kernels/{id}", Cancel)).GetProperty("connections").GetInt32());
    }

    [Fact]
    public async Task The_interpreter_completes_explains_and_evaluates_and_a_silent_cell_leaves_no_trace()
    {
        using var kernel = await KernelConnection.OpenAsync(host.Server.Url, await BeginAsync());
        await kernel.UntilIdleAsync(await kernel.ExecuteAsync("threshold = 40"));
        var silent = await kernel.UntilIdleAsync(await kernel.ExecuteAsync("threshold += 2; threshold", silent: true));
        Assert.Equal("status execute_reply status", string.Join(' ', silent.Select(one => one.Type)));
        var completed = await kernel.AskAsync("complete_request", new JsonObject { ["code"] = "x = thresh", ["cursor_pos"] = 10 });
        Assert.Equal("""["threshold"] 4 10""", $"{completed["matches"]!.ToJsonString()} {completed["cursor_start"]} {completed["cursor_end"]}");
        var explained = await kernel.AskAsync("inspect_request", new JsonObject { ["code"] = "threshold", ["cursor_pos"] = 4, ["detail_level"] = 0 });
        Assert.True(explained["found"]!.GetValue<bool>());
        Assert.Contains("int", explained["data"]!["text/plain"]!.GetValue<string>(), StringComparison.Ordinal);
        var complete = await kernel.AskAsync("is_complete_request", new JsonObject { ["code"] = "def f():" });
        Assert.Equal("""{"status":"incomplete","indent":"    "}""", complete.ToJsonString());
        var ran = await kernel.AskAsync(
            "execute_request", new JsonObject { ["code"] = "1", ["user_expressions"] = new JsonObject { ["t"] = "threshold", ["bad"] = "nothing" } });
        Assert.Equal(2, ran["execution_count"]!.GetValue<int>());
        Assert.Equal("42", ran["user_expressions"]!["t"]!["data"]!["text/plain"]!.GetValue<string>());
        Assert.Equal("NameError", ran["user_expressions"]!["bad"]!["ename"]!.GetValue<string>());
        var history = await kernel.AskAsync(
            "history_request", new JsonObject { ["hist_access_type"] = "search", ["pattern"] = "thr*", ["output"] = false, ["raw"] = true });
        Assert.Equal("""[[0,1,"threshold = 40"]]""", history["history"]!.ToJsonString());
    }

    [Fact]
    public async Task An_interrupt_ends_the_cell_and_those_behind_it_are_not_run()
    {
        using var kernel = await KernelConnection.OpenAsync(host.Server.Url, await BeginAsync());
        var endless = await kernel.ExecuteAsync("print('begun', flush=True)\nwhile True: pass");
        var behind = await kernel.ExecuteAsync("print('not to be seen')");
        var help = await kernel.SendAsync("kernel_info_request", []);
        while ((await kernel.ReadAsync())!.Type != "stream")
        {
            // it has not begun
        }

        Assert.Equal("ok", KernelMessage.Text(await ControlAsync(kernel, "interrupt_request", []), "status"));
        var after = await kernel.UntilIdleAsync(behind);
        Assert.Equal("""{"status":"aborted"}""", after.Single(one => one.Type == "execute_reply").Content.ToJsonString());
        Assert.DoesNotContain(after, one => one.Type == "stream");
        Assert.Contains(await kernel.UntilIdleAsync(help), one => one.Type == "kernel_info_reply");
        Assert.NotEqual(endless, behind);
        Assert.Equal("ok", KernelMessage.Text(await kernel.AskAsync("execute_request", new JsonObject { ["code"] = "1" }), "status"));
    }

    [Fact]
    public async Task What_is_asked_for_once_an_error_was_told_is_run()
    {
        using var kernel = await KernelConnection.OpenAsync(host.Server.Url, await BeginAsync());
        await kernel.ExecuteAsync("1 / 0");
        while ((await kernel.ReadAsync())!.Type != "error")
        {
            // its reply may come after the next request
        }

        Assert.Contains(await kernel.UntilIdleAsync(await kernel.ExecuteAsync("print('next')")), one => one.Type == "stream");
    }

    [Fact]
    public async Task After_a_restart_variables_are_gone_and_files_are_there()
    {
        var id = await BeginAsync();
        using var kernel = await KernelConnection.OpenAsync(host.Server.Url, id);
        await kernel.UntilIdleAsync(await kernel.ExecuteAsync("x = 1; open('kept', 'w').close()"));
        using var restarted = await _client.PostAsync($"jupyter/api/kernels/{id}/restart", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, restarted.StatusCode);
        var told = await kernel.UntilIdleAsync(await kernel.ExecuteAsync("import os; 'x' in globals(), os.listdir()"));
        var result = told.Single(one => one.Type == "execute_result").Content;
        Assert.Equal("(False, ['kept'])", result["data"]!["text/plain"]!.GetValue<string>());
        Assert.Equal(1, result["execution_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_death_of_an_interpreter_is_an_error_of_its_cell_and_input_raises()
    {
        using var kernel = await KernelConnection.OpenAsync(host.Server.Url, await BeginAsync());
        var died = await kernel.AskAsync("execute_request", new JsonObject { ["code"] = "import os; os._exit(3)" });
        Assert.Equal(("error", "Died"), (KernelMessage.Text(died, "status"), KernelMessage.Text(died, "ename")));
        var typed = await kernel.AskAsync("execute_request", new JsonObject { ["code"] = "input()", ["allow_stdin"] = true });
        Assert.Equal("EOFError", KernelMessage.Text(typed, "ename"));
    }

    [Fact]
    public async Task A_shutdown_ends_the_session_and_the_connections()
    {
        var id = await BeginAsync();
        using var kernel = await KernelConnection.OpenAsync(host.Server.Url, id);
        Assert.Equal("""{"status":"ok","restart":false}""", (await ControlAsync(kernel, "shutdown_request", [])).ToJsonString());
        while (await kernel.ReadAsync() is not null)
        {
            // its last words
        }

        using var gone = await _client.GetAsync($"jupyter/api/kernels/{id}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task The_server_tells_what_it_has_and_refuses_what_it_has_not()
    {
        Assert.NotEmpty((await _client.GetFromJsonAsync<JsonElement>("jupyter/api", Cancel)).GetProperty("version").GetString()!);
        var specs = await _client.GetFromJsonAsync<JsonElement>("jupyter/api/kernelspecs", Cancel);
        Assert.Equal("python", specs.GetProperty("kernelspecs").GetProperty("python3").GetProperty("spec").GetProperty("language").GetString());
        Assert.True((await _client.GetFromJsonAsync<JsonElement>("jupyter/api/status", Cancel)).GetProperty("kernels").GetInt32() >= 0);
        using var unknown = await _client.PostAsJsonAsync("jupyter/api/kernels", new { name = "ir" }, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var plain = await _client.GetAsync($"jupyter/api/kernels/{await BeginAsync()}/channels", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_use_a_kernel()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://elsewhere.example");
        var channels = new UriBuilder(host.Server.Url) { Scheme = "ws", Path = $"/jupyter/api/kernels/{await BeginAsync()}/channels" }.Uri;
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(channels, Cancel));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _client.Dispose();

    private static readonly JsonSerializerOptions _plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static async Task<JsonObject> ControlAsync(KernelConnection kernel, string type, JsonObject content)
    {
        var request = await kernel.SendAsync(type, content, "control");
        while (true)
        {
            var next = await kernel.ReadAsync();
            Assert.NotNull(next);
            if (next.Channel == "control" && KernelMessage.Text(next.Parent, "msg_id") == request)
            {
                return next.Content;
            }
        }
    }

    private async Task<string> BeginAsync()
    {
        using var begun = await _client.PostAsync("jupyter/api/kernels", new ByteArrayContent("""{"name": "python"}"""u8.ToArray()), Cancel);
        Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
        return (await begun.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
    }
}
