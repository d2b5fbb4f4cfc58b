using CodeAct.WebTests.Browser;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace CodeAct.WebTests.Browser;

/// <summary>One browser for all tests of the assembly: the system's Chromium, started when the first test asks for a page.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private const float Patience = 15_000; // milliseconds, on a machine with other things to do

    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>Where what failing tests leave is kept.</summary>
    public static string Screenshots { get; } = Path.Combine(Root(), "artifacts", "screenshots");

    /// <summary>A browser of its own, as far as pages can tell: no cookies, nothing stored. Whoever asks closes it.</summary>
    public async Task<IBrowserContext> ContextAsync(BrowserNewContextOptions options)
    {
        var context = await (await _started.Value).Browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    /// <summary>A file of the repository.</summary>
    public static string File(string relative) => Path.Combine(Root(), relative);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            var (driver, browser) = await _started.Value;
            await browser.DisposeAsync();
            driver.Dispose();
        }
    }

    private static async Task<(IPlaywright Driver, IBrowser Browser)> StartAsync()
    {
        if (!System.IO.File.Exists(Program))
        {
            throw new FileNotFoundException($"There is no {Program}, in which these tests open pages; run scripts/setup tests.");
        }

        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"); // the driver is to fetch nothing
        Assertions.SetDefaultExpectTimeout(Patience);
        var driver = await Playwright.CreateAsync();
        var browser = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            ChromiumSandbox = !Environment.IsPrivilegedProcess, // which root cannot have
            Args = ["--disable-gpu", "--font-render-hinting=none"],
        });
        return (driver, browser);
    }

    private static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(directory.FullName, "CodeAct.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No directory above {AppContext.BaseDirectory} has CodeAct.slnx.");
    }
}
