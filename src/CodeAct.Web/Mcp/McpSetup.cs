using CodeAct.Web.Chats;
using CodeAct.Web.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;

namespace CodeAct.Web.Mcp;

/// <summary><c>/mcp</c>: the interpreter and the agent as tools of the Model Context Protocol, over streamable HTTP.</summary>
internal static class McpSetup
{
    public static void AddMcpTools(this IServiceCollection services)
    {
        services.AddMcpServer().WithHttpTransport(http =>
        {
            http.SessionMode = HttpServerSessionMode.StatefulForInitializeClients;
        });
        services.AddOptions<McpServerOptions>().Configure<LiveSessions, LiveConversations, WebOptions>(
            (server, sessions, conversations, options) => new McpTools(sessions, conversations, options, alone: null).AddTo(server));
    }

    public static void MapMcpServer(this IEndpointRouteBuilder routes) => routes.MapMcp("/mcp").RequireAuthorization();
}
