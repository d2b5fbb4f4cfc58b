using CodeAct.Conversations.Sql;
using CodeAct.Python;
using CodeAct.Tools;
using CodeAct.Web;
using CodeAct.Web.Users;

[assembly: AssemblyFixture(typeof(CodeAct.WebTests.Hosting.WebHost))]

namespace CodeAct.WebTests.Hosting;

/// <summary>One real server for all tests of the assembly, on a free port of loopback, with a model that does as it is told.</summary>
/// <remarks>Its conversations offer a tool <c>send_mail</c> that needs an approval, and <c>now</c>, which needs none.</remarks>
public sealed class WebHost : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-web-").FullName;
    private WebServer? _server;

    /// <summary>The server.</summary>
    internal WebServer Server => _server ?? throw new InvalidOperationException("The server has not started.");

    /// <summary>Its first model.</summary>
    internal EchoModel Model { get; } = new(TimeProvider.System);

    /// <summary>A client of it, whose addresses are relative. Whoever asks disposes it.</summary>
    public HttpClient Client() => new() { BaseAddress = Server.Url };

    /// <summary>What a server of its own is started with, for tests that end it; its files are in the directory.</summary>
    internal static WebOptions Options(string directory, EchoModel model) => new()
    {
        Url = new Uri("http://127.0.0.1:0"),
        Models = [new OfferedModel("echo:model", _ => Task.FromResult(model.AsModel())) { Alias = "echo" }],
        OpenDatabase = async stop => await SqliteDatabase.OpenAsync(Path.Combine(directory, "conversations.db"), stop),
        DataDirectory = directory,
        Python = new PythonEngineOptions { PoolSize = 1 },
        OpenTools = (_, _) => Task.FromResult<IOfferedTools>(new Tools()),
        Access = new AccessOptions { AllowsPlainCookies = true },
        ShutdownGrace = TimeSpan.FromSeconds(1),
    };

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        _server = await WebServer.StartAsync(Options(_directory, Model), TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private sealed class Tools : IOfferedTools
    {
        IToolHost? IOfferedTools.Tools { get; } = new ToolSet(
        [
            Microsoft.Extensions.AI.AIFunctionFactory.Create(() => "twelve o'clock", "now", "Says what time it is."),
            new Microsoft.Extensions.AI.ApprovalRequiredAIFunction(
                Microsoft.Extensions.AI.AIFunctionFactory.Create(
                    (string to, string text) => $"sent '{text}' to {to}", "send_mail", "Sends a mail.")),
        ]);

        public string? Instructions => null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
