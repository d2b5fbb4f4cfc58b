using System.Text.Json;
using System.Text.Json.Serialization;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using CodeAct.Web.Mcp;
using CodeAct.Web.OpenAI;
using CodeAct.Web.Pages;
using CodeAct.Web.Sessions;
using CodeAct.Web.Shares;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CodeAct.Web;

/// <summary>The chat application and its HTTP interfaces, in one process.</summary>
/// <remarks>Disposing stops it: running messages get <see cref="WebOptions.ShutdownGrace"/>, then they are parked.</remarks>
public sealed partial class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Premises _premises;

    private WebServer(WebApplication application, Premises premises) => (_application, _premises) = (application, premises);

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Its routes, for tests that go through all of them.</summary>
    internal IServiceProvider Services => _application.Services;

    /// <summary>Starts it: it listens when this returns, and takes up the runs that the last one was in the middle of.</summary>
    /// <exception cref="IOException">It cannot listen there, or others than this machine could and would need no account.</exception>
    /// <exception cref="PythonUnavailableException">There is no interpreter.</exception>
    public static async Task<WebServer> StartAsync(WebOptions options, CancellationToken cancellationToken)
    {
        if (!options.Url.IsLoopback && !options.Access.AccountsRequired)
        {
            throw new IOException(
                $"Everybody who reaches {options.Url} could run code here: require accounts, or listen on 127.0.0.1.");
        }

        Directory.CreateDirectory(options.DataDirectory);
        var premises = await OpenAsync(options, cancellationToken);
        try
        {
            var accounts = await Accounts.OpenAsync(premises.Store.Database, options.Time, cancellationToken);
            var server = new WebServer(Build(premises, accounts), premises);
            await server._application.StartAsync(cancellationToken);
            server.Services.GetRequiredService<LiveConversations>().TakeUp(server.NotTakenUp);
            options.Listening?.Invoke(server.Url);
            return server;
        }
        catch
        {
            await CloseAsync(premises);
            throw;
        }
    }

    /// <summary>Waits until the process is told to end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var stopping = new TaskCompletionSource();
        await using var stop = cancellationToken.Register(() => stopping.TrySetResult());
        await using var stopped = _application.Lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        await stopping.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.Services.GetRequiredService<LiveConversations>().DisposeAsync();
        await _application.Services.GetRequiredService<LiveSessions>().DisposeAsync();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        await CloseAsync(_premises);
    }

    private void NotTakenUp(string conversation, Exception failure) =>
        LogNotTakenUp(_application.Logger, conversation, failure.Message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Conversation {Conversation} was cut off, and could not go on: {Reason}")]
    private static partial void LogNotTakenUp(ILogger logger, string conversation, string reason);

    internal static async Task<Premises> OpenAsync(WebOptions options, CancellationToken cancellationToken)
    {
        var store = await SqlConversationStore.OpenAsync(await options.OpenDatabase(cancellationToken), options.Time, cancellationToken);
        PythonEngine? engine = null;
        try
        {
            await store.Database.UpgradeAsync(ConversationFinder.Tables, cancellationToken);
            engine = await PythonEngine.StartAsync(options.Python, cancellationToken);
            var tools = options.OpenTools is { } open ? await open(engine, cancellationToken) : null;
            var shares = await SharedConversations.OpenAsync(store.Database, options.Time, cancellationToken);
            return new Premises(store, engine, new ModelShelf(options), tools, options) { Shares = shares };
        }
        catch
        {
            await (engine?.DisposeAsync() ?? ValueTask.CompletedTask);
            await store.DisposeAsync();
            throw;
        }
    }

    internal static async Task CloseAsync(Premises premises)
    {
        await (premises.Tools?.DisposeAsync() ?? ValueTask.CompletedTask);
        await premises.Engine.DisposeAsync();
        premises.Models.Dispose();
        await premises.Store.DisposeAsync();
    }

    private static WebApplication Build(Premises premises, Accounts accounts)
    {
        var options = premises.Options;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = PagesSetup.Carrier,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseUrls(options.Url.ToString()).UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Access.Limits.RequestBytes;
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.StaticFiles", LogLevel.Error)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // its keys are as safe as the store that they are in
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.Configure<RouteHandlerOptions>(route => route.ThrowOnBadRequest = true); // so that the problem is told
        builder.Services
            .AddOpenAI() // before the problem details, for the first that can write an error does
            .AddSingleton(premises)
            .AddSingleton(premises.Store)
            .AddSingleton<IConversationStore>(premises.Store)
            .AddSingleton(premises.Models)
            .AddSingleton(premises.Bulletin)
            .AddSingleton(premises.Shares)
            .AddSingleton(options)
            .AddSingleton(new LiveConversations(premises))
            .AddSingleton(new LiveSessions(premises))
            .AddExceptionHandler<Problems>()
            .AddProblemDetails()
            .AddOpenApi()
            .ConfigureHttpJsonOptions(json =>
            {
                json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
                json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            });
        builder.Services.AddMcpTools();
        builder.Services.AddPages();
        builder.Services.AddAccess(options.Access, accounts, premises.Store.Database, options.Time);
        var application = builder.Build();
        application.UseErrorPages();
        application.UseAccess(options);
        application.MapOpenApi().RequireAuthorization();
        if (options.Access.AccountsRequired)
        {
            application.MapSignIn(options.Access);
        }

        application.MapUsers();
        application.MapConversations();
        application.MapFiles();
        application.MapShares();
        application.MapOpenAI();
        application.MapMcpServer();
        application.MapPages();
        return application;
    }
}
