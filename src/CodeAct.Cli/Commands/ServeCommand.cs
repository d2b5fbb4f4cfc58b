using System.CommandLine;
using System.Net;
using CodeAct.Cli.Terminal;
using CodeAct.Web;
using CodeAct.Web.Users;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact serve</c>: the chat application and the HTTP interfaces.</summary>
internal static class ServeCommand
{
    private const int SessionsReady = 2;

    public static Command Create()
    {
        var flags = new AgentFlags { Serves = true };
        var access = new AccessFlags();
        var host = new Option<string>("--host")
        {
            Description = "The address to listen at; 0.0.0.0 for all of this machine.",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var port = new Option<int>("--port", "-p")
        {
            Description = "The port to listen at; 0 takes a free one.",
            HelpName = "N",
            DefaultValueFactory = _ => 5080,
        };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > IPEndPoint.MaxPort)
            {
                result.AddError($"--port takes a number from 0 to {IPEndPoint.MaxPort}.");
            }
        });
        var also = new Option<string[]>("--also")
        {
            Description = "A further model that users can choose. May be repeated.",
            HelpName = "PROVIDER:NAME",
            DefaultValueFactory = _ => [],
        };
        var command = new TaughtCommand(
            "serve",
            "Serve the chat application and the HTTP interfaces.",
            """
            Open the address that it prints in a browser. Conversations are those of the command line, in the same store.
            On this machine alone nobody has to sign in. With another --host everybody does: 'codeact users add NAME' makes the first
            user, and 'codeact keys add' a key for a program.
            Ctrl-C ends it: running answers get ten seconds, then they are parked, and the next start goes on with them.

            Examples:
              codeact serve
              codeact serve --model openai:gpt-5 --also anthropic:claude-sonnet-5 --mcp servers.json
              codeact serve --host 0.0.0.0 --port 80 --store "postgres:Host=db;Username=codeact"
            """)
        {
            host, port, also,
        };
        flags.AddTo(command);
        access.AddTo(command);
        command.SetAction((arguments, cancellationToken) =>
        {
            var url = new UriBuilder(Uri.UriSchemeHttp, arguments.GetValue(host)!, arguments.GetValue(port)).Uri;
            return ServeAsync(
                url, access.Read(arguments, url), flags.Read(arguments, null), arguments.GetValue(also)!, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ServeAsync(
        Uri url, AccessOptions access, AgentSettings settings, string[] also, CancellationToken cancellationToken)
    {
        using var screen = Screen.OfProcess(TimeProvider.System);
        using var exporting = Exporting.OfEnvironment();
        screen.Status(() => "starting");
        var options = Serving.Options(url, settings, also, SessionsReady, exporting.Options) with { Access = access };
        await using var server = await WebServer.StartAsync(options, cancellationToken);
        screen.Status(null);
        screen.Line($"model: {string.Join(", ", options.Models.Select(model => model.Alias))}", Look.Faint);
        screen.Line($"open {server.Url}   (Ctrl-C ends it)", Look.Plain);
        await server.RunAsync(cancellationToken);
        return ExitCode.Done;
    }
}
