using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.SystemTests.Models;
using CodeAct.SystemTests.Python;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Tools;

/// <summary>Servers that a file names, over both transports.</summary>
public sealed class McpServersTests(LocalEngine local) : IClassFixture<LocalEngine>, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-mcp-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_server_over_http_gets_its_headers_and_one_over_pipes_its_environment_and_the_interpreter_neither()
    {
        await using var http = new LoopbackServer(request => Task.FromResult(Answer(request)));
        var file = Path.Combine(_directory, "mcp.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            mcpServers = new Dictionary<string, object>
            {
                ["bank"] = new
                {
                    command = "/usr/bin/python3",
                    args = (string[])[Path.Combine(AppContext.BaseDirectory, "Tools", "bank_server.py")],
                    env = new { BANK_BOOK = Path.Combine(_directory, "book.txt") },
                    alwaysAllow = (string[])["pay"],
                },
                ["maps"] = new { url = http.Url, headers = new { Authorization = "Bearer very-secret" } },
                ["off"] = new { command = "/no/such/server", disabled = true },
            },
        }), Cancel);
        await using var servers = await McpServers.OpenAsync(file, Cancel);
        await using var session = await local.Engine.CreateAsync(servers.Functions);

        var outcome = await session.RunAsync(
            "print(pay('Ann', 1), distance('Rome'))",
            "import os",
            "print(any('BANK' in name or 'secret' in value for name, value in os.environ.items()))");

        Assert.Equal("entry 1 7 km\nFalse\n", outcome.Stdout);
        Assert.Equal(["pay", "note", "distance"], servers.Functions.Select(function => function.Name));
        Assert.All(servers.Functions, function => Assert.Null(function.GetService<ApprovalRequiredAIFunction>()));
        Assert.All(
            http.Requests.Where(request => request.Text.Length > 0),
            request => Assert.Contains("Bearer very-secret", request.Headers.Values));
    }

    private static Reply Answer(Request request)
    {
        if (request.Text.Length == 0 || request.Json["id"] is not { } id)
        {
            return Reply.Json(request.Text.Length == 0 ? 405 : 202, "");
        }

        var result = request.Json["method"]!.GetValue<string>() switch
        {
            "initialize" => JsonNode.Parse("""
                {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "maps", "version": "1"}}
                """),
            "tools/list" => JsonNode.Parse("""
                {"tools": [{"name": "distance", "annotations": {"readOnlyHint": true},
                    "inputSchema": {"type": "object", "required": ["to"], "properties": {"to": {"type": "string"}}}}]}
                """),
            "tools/call" => JsonNode.Parse("""{"content": [{"type": "text", "text": "7 km"}]}"""),
            _ => null,
        };
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone() };
        var (name, value) = result is null
            ? ("error", (JsonNode)new JsonObject { ["code"] = -32601, ["message"] = "no such method" })
            : ("result", result);
        answer[name] = value;
        return Reply.Json(200, answer.ToJsonString());
    }
}
