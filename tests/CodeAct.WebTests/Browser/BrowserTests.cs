using CodeAct.WebTests.Hosting;
using Microsoft.Playwright;

namespace CodeAct.WebTests.Browser;

/// <summary>Tests in a real browser against the assembly's server, each in browsers of its own.</summary>
/// <remarks>
/// A test fails when a page has logged an error, such as an exception of a script or something that the page's policy forbids.
/// What a failing test saw is kept under <see cref="Chromium.Screenshots"/>: a picture of each page, and a trace.
/// </remarks>
public abstract class BrowserTests(WebHost host, Chromium chromium) : IAsyncLifetime
{
    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<string> _errors = [];
    private HttpClient? _client;

    /// <summary>The server as programs use it.</summary>
    protected HttpClient Client => _client ??= host.Client();

    /// <summary>The server.</summary>
    protected WebHost Host => host;

    /// <summary>Errors that a page is expected to log: those that contain this; null for none.</summary>
    protected string? ExpectedError { get; set; }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens a page in a fresh browser; waits until it takes input, unless it is one without scripts.</summary>
    /// <param name="path">The page.</param>
    /// <param name="options">The browser; null for a wide window with the light theme.</param>
    /// <param name="server">Another server than the assembly's.</param>
    /// <param name="isLive">False for a page that never takes input.</param>
    protected async Task<IPage> OpenAsync(
        string path = "/", BrowserNewContextOptions? options = null, Uri? server = null, bool isLive = true)
    {
        options = new BrowserNewContextOptions(options ?? new())
        {
            BaseURL = (server ?? host.Server.Url).ToString(),
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = options?.ViewportSize ?? new() { Width = 1280, Height = 800 },
        };
        var context = await chromium.ContextAsync(options);
        _contexts.Add(context);
        await context.Tracing.StartAsync(new() { Snapshots = true });
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Note(error);
        page.Console += (_, message) => Note(message.Type == "error" ? $"{message.Text} ({message.Location})" : null);
        await page.GotoAsync(path);
        if (isLive && options.JavaScriptEnabled is not false)
        {
            await LiveAsync(page);
        }

        return page;
    }

    /// <summary>Lets something end with the test, but after its pages.</summary>
    protected T Own<T>(T thing)
        where T : IAsyncDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    /// <summary>Waits until a page takes input: its circuit is there.</summary>
    protected static Task LiveAsync(IPage page) => page.Locator("[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>The width of a picture itself, once it is there.</summary>
    protected static Task<int> WidthAsync(ILocator picture) =>
        picture.EvaluateAsync<int>("picture => picture.decode().then(() => picture.naturalWidth)");

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client?.Dispose();
        var failed = TestContext.Current.TestState?.Result is TestResult.Failed || _errors.Count > 0;
        foreach (var (context, number) in _contexts.Select((context, index) => (context, index + 1)))
        {
            await KeepAsync(context, number, failed);
        }

        foreach (var thing in _owned)
        {
            await thing.DisposeAsync();
        }

        Assert.True(_errors.Count == 0, $"The pages logged errors:\n{string.Join('\n', _errors)}");
    }

    private static async Task KeepAsync(IBrowserContext context, int number, bool failed)
    {
        var name = Path.Combine(Chromium.Screenshots, $"{TestContext.Current.TestCase?.TestCaseDisplayName.Split('.')[^1]}-{number}");
        if (failed && context.Pages is [var page, ..])
        {
            await page.ScreenshotAsync(new() { Path = $"{name}.png" });
        }

        await context.Tracing.StopAsync(new() { Path = failed ? $"{name}.zip" : null });
        await context.DisposeAsync();
    }

    private void Note(string? error)
    {
        if (error is not null && (ExpectedError is null || !error.Contains(ExpectedError, StringComparison.Ordinal)))
        {
            lock (_errors)
            {
                _errors.Add(error);
            }
        }
    }
}
