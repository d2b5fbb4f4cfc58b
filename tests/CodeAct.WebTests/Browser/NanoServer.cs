using CodeAct.Llama;
using CodeAct.Web;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Browser;

/// <summary>A server as a fresh machine has it: with codeact-nano, and without a conversation.</summary>
internal sealed class NanoServer : IAsyncDisposable
{
    private readonly string _directory;

    private NanoServer(string directory, WebServer server) => (_directory, Server) = (directory, server);

    public WebServer Server { get; }

    public static async Task<NanoServer> StartAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("codeact-nano-web-").FullName;
        using var unused = new EchoModel(TimeProvider.System);
        var options = WebHost.Options(directory, unused) with
        {
            Models =
            [
                new OfferedModel("gguf:codeact-nano", stop => LlamaModels.LoadAsync(
                    Chromium.File("models/codeact-nano/codeact-nano-F16.gguf"), new LlamaOptions(), progress: null, stop))
                {
                    Alias = "codeact-nano",
                    Temperature = 0,
                },
            ],
            OpenTools = null,
        };
        return new NanoServer(directory, await WebServer.StartAsync(options, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
