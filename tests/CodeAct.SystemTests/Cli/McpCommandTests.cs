using CodeAct.WebTests.Npm;

namespace CodeAct.SystemTests.Cli;

public sealed class McpCommandTests
{
    [Fact]
    public async Task The_official_JavaScript_client_starts_the_command_and_uses_its_tools()
    {
        var home = Directory.CreateTempSubdirectory("codeact-mcp-").FullName;
        var got = await NodeProgram.RunAsync(
            "mcp.mjs", TestContext.Current.CancellationToken, "env", $"XDG_DATA_HOME={home}", "dotnet", CliProcess.Command, "mcp");
        Assert.Equal(
            ["ask_agent", "execute_code", "list_files", "read_file"],
            got.GetProperty("tools").EnumerateArray().Select(tool => tool.GetString()));
        Assert.Equal("42", got.GetProperty("value").GetString());
        Assert.Equal("in.txt (5 bytes)", got.GetProperty("files").GetString());
        Directory.Delete(home, recursive: true);
    }
}
