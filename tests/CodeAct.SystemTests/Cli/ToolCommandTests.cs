namespace CodeAct.SystemTests.Cli;

/// <summary>Tools and instructions that files give to the command.</summary>
public sealed class ToolCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-tools-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Python_tools_and_skills_are_told_used_and_there_again_when_the_conversation_goes_on()
    {
        var skill = Directory.CreateDirectory(Path.Combine(_directory, "skills", "invoices")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(skill, "SKILL.md"), "---\nname: invoices\ndescription: How we write\n  invoices.\n---\nAlways round up.\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_directory, "skills", "AGENTS.md"), "Answer in one sentence.", Cancel);
        await using var server = ScriptedServer.Replying(
            "<execute>print(open('/mnt/skills/invoices/SKILL.md').read()[-17:], price('pear'))</execute>", "Done.",
            "<execute>print(price('apple') + 1)</execute>", "Four.");
        var tools = Path.Combine(AppContext.BaseDirectory, "Tools", "shop_tools.py");

        var ran = await RunAsync(["run", "Write it", "--tools", tools, "--skills", "skills", .. server.ModelArguments()]);
        var resumed = await RunAsync("resume", ran.Errors.Trim().Split(' ')[^1], "And an apple?");

        var system = server.Requests.First().Json["messages"]![0]!["content"]!.GetValue<string>();
        Assert.Contains("- price(fruit: str, unit: Literal['EUR', 'ct'] = 'EUR') -> int\n    What a fruit costs.", system);
        Assert.Contains("Answer in one sentence.", system);
        Assert.Contains("- invoices (/mnt/skills/invoices/SKILL.md): How we write invoices.", system);
        Assert.DoesNotContain("round up", system);
        Assert.Contains("Always round up.\n", ran.Output);
        Assert.Contains(" 5\n", ran.Output);
        Assert.Contains("\n  4\n", resumed.Output);
    }

    [Fact]
    public async Task What_cannot_be_had_is_one_line()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "mcp.json"), """{"mcpServers": {"gone": {"command": "/no/such/server"}}}""", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_directory, "empty.json"), "{}", Cancel);
        await using var server = ScriptedServer.Replying("Done.");

        var gone = await RunAsync(["run", "Go", "--mcp", "mcp.json", .. server.ModelArguments()]);
        var empty = await RunAsync(["run", "Go", "--mcp", "empty.json", .. server.ModelArguments()]);

        Assert.Equal((1, 1), (gone.ExitCode, empty.ExitCode));
        Assert.Contains("The MCP server 'gone' of ", gone.Errors);
        Assert.Contains("names no servers; it must be {\"mcpServers\"", empty.Errors);
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(_directory, "", Cancel, arguments);
}
