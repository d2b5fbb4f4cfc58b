using CodeAct.Web.Chats;
using CodeAct.Web.Sessions;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Server;

namespace CodeAct.Web.Mcp;

/// <summary>The tools of the Model Context Protocol for the one client that has started this program.</summary>
public static class McpStdio
{
    private const string Session = "mcp"; // the client's, when it names none

    /// <summary>Serves until the client closes its end.</summary>
    /// <param name="options">The models, the store and the limits; the URL is not used.</param>
    /// <param name="input">What the client writes.</param>
    /// <param name="output">What the client reads; nothing else may be written there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Python.PythonUnavailableException">There is no interpreter.</exception>
    public static async Task RunAsync(WebOptions options, Stream input, Stream output, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var premises = await WebServer.OpenAsync(options, cancellationToken);
        try
        {
            await using var sessions = new LiveSessions(premises);
            await using var conversations = new LiveConversations(premises);
            var server = new McpServerOptions();
            new McpTools(sessions, conversations, options, Session).AddTo(server);
            await using var transport = new StreamServerTransport(input, output, "codeact", NullLoggerFactory.Instance);
            await using var connection = McpServer.Create(transport, server, NullLoggerFactory.Instance, null);
            await connection.RunAsync(cancellationToken);
        }
        finally
        {
            await WebServer.CloseAsync(premises);
        }
    }
}
