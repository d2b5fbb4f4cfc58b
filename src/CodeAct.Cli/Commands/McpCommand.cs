using System.CommandLine;
using CodeAct.Web.Mcp;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact mcp</c>: the interpreter and the agent as tools for a client of the Model Context Protocol.</summary>
internal static class McpCommand
{
    public static Command Create()
    {
        var flags = new AgentFlags { Serves = true };
        var command = new TaughtCommand(
            "mcp",
            "Serve the interpreter and the agent as MCP tools over stdin and stdout.",
            """
            A client starts it and speaks the Model Context Protocol with it. The tools are execute_code (Python in an interpreter that
            remembers), ask_agent (a whole task), list_files and read_file. Conversations of ask_agent are in the same store as those of
            the other commands: 'codeact conversations' lists them, 'codeact show ID' shows one.
            It ends when the client closes its end. The same tools are at /mcp of 'codeact serve'.

            In the settings of a client:
              {"mcpServers": {"codeact": {"command": "codeact", "args": ["mcp"]}}}
              {"mcpServers": {"codeact": {"command": "codeact", "args": ["mcp", "--model", "openai:gpt-5"],
                                          "env": {"OPENAI_API_KEY": "…"}}}}
            """);
        flags.AddTo(command);
        command.SetAction((arguments, cancellationToken) => ServeAsync(flags.Read(arguments, null), cancellationToken));
        return command;
    }

    private static async Task<int> ServeAsync(AgentSettings settings, CancellationToken cancellationToken)
    {
        using var exporting = Exporting.OfEnvironment();
        var options = Serving.Options(new Uri("http://127.0.0.1"), settings, [], sessionsReady: 1, exporting.Options);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        await McpStdio.RunAsync(options, input, output, cancellationToken);
        return ExitCode.Done;
    }
}
