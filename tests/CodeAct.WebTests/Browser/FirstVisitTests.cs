using CodeAct.WebTests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeAct.WebTests.Browser;

/// <summary>What a person does first, on a server as a fresh machine has it: with the model that comes with it, offline.</summary>
/// <remarks>The pictures that it takes are those of the README; scripts/screenshots puts them there.</remarks>
public sealed class FirstVisitTests(WebHost host, Chromium chromium) : BrowserTests(host, chromium)
{
    private const string Plot = "Draw a bar chart of the total stock per category";

    private static readonly ViewportSize _wide = new() { Width = 1400, Height = 900 };

    [Fact]
    public async Task A_file_is_given_a_plot_is_drawn_of_it_and_what_the_model_says_is_right()
    {
        var nano = Own(await NanoServer.StartAsync(Cancel));
        using var client = new HttpClient { BaseAddress = nano.Server.Url };
        await (await Talk.BeginAsync(client)).AskAsync("What is the 10th prime?");
        var page = await OpenAsync(options: new() { ViewportSize = _wide }, server: nano.Server.Url);
        await page.Keyboard.PressAsync("Alt+P");
        await page.Locator(".panel input[type=file]").SetInputFilesAsync(Chromium.File("examples/products.csv"));
        await page.WaitForURLAsync("**/c/*");
        await Expect(page.Locator(".file", new() { HasText = "products.csv" })).ToBeVisibleAsync();

        await page.Locator("#message").FillAsync(Plot);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".chat")).ToContainTextAsync("The chart is saved as plot.png.");
        Assert.True(await WidthAsync(page.Locator(".chat img").First) > 100);
        var talk = new Talk(client, new Uri(page.Url).AbsolutePath.Split('/')[^1]);
        Assert.Contains("52", (await talk.AskAsync("How many products have a price above 100?")).Answer, StringComparison.Ordinal);
        await page.Locator(".file", new() { HasText = "plot.png" }).ClickAsync();
        Assert.True(await WidthAsync(page.Locator(".preview img")) > 100);
        await Expect(page.Locator(".item.current")).ToContainTextAsync(Plot);
        await TakeAsync(page, "chat");

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await TakeAsync(page, "chat-dark");
        var phone = await OpenAsync(
            $"/c/{talk.Id}", new() { ViewportSize = new() { Width = 390, Height = 844 }, DeviceScaleFactor = 2 }, nano.Server.Url);
        await TakeAsync(phone, "chat-phone");
    }

    private static async Task TakeAsync(IPage page, string name)
    {
        await page.EvaluateAsync("document.fonts.ready");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Screenshots, $"{name}.png") });
    }
}
