using CodeAct.WebTests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeAct.WebTests.Browser;

/// <summary>Files, variables and the interpreter beside a conversation.</summary>
public sealed class SidePanelTests(WebHost host, Chromium chromium) : BrowserTests(host, chromium)
{
    [Fact]
    public async Task Files_are_given_looked_at_and_follow_what_cells_write()
    {
        var talk = await Talk.BeginAsync(Client);
        await talk.AskAsync("hello");
        var page = await OpenAsync($"/c/{talk.Id}");
        await page.Keyboard.PressAsync("Alt+P");
        await page.Locator(".panel input[type=file]").SetInputFilesAsync(Chromium.File("examples/products.csv"));
        await page.Locator(".file", new() { HasText = "products.csv" }).ClickAsync();
        await Expect(page.Locator(".preview th").First).ToHaveTextAsync("sku");
        await Axe.CheckAsync(page);
        await page.GetByLabel("Back to the files").ClickAsync();

        await talk.AskAsync("`import matplotlib.pyplot as plt; plt.plot([1, 4, 9]); plt.savefig('squares.png')`");
        await page.Locator(".file", new() { HasText = "squares.png" }).ClickAsync();
        await Expect(page.Locator(".preview img")).ToBeVisibleAsync();
        Assert.True(await WidthAsync(page.Locator(".preview img")) > 100);
        var saved = await page.RunAndWaitForDownloadAsync(() => page.Locator(".preview-head a").ClickAsync());
        Assert.Equal("squares.png", saved.SuggestedFilename);
    }

    [Fact]
    public async Task Variables_follow_the_cells_until_the_interpreter_is_restarted_and_the_model_is_told()
    {
        var talk = await Talk.BeginAsync(Client);
        await talk.AskAsync("`import pandas as pd; frame = pd.DataFrame({'price': [1.5, 2.5]})`");
        var page = await OpenAsync($"/c/{talk.Id}");
        await page.Keyboard.PressAsync("Alt+P");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Variables" }).ClickAsync();
        var row = page.Locator(".variables tr", new() { HasText = "frame" });
        await Expect(row).ToContainTextAsync("(2, 1): price float64");
        await talk.AskAsync("`answer = 42`");
        await Expect(page.Locator(".variables tr", new() { HasText = "answer" })).ToBeVisibleAsync();
        await Axe.CheckAsync(page);

        await page.GetByLabel("Restart the interpreter").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        Assert.Contains("NameError", (await talk.AskAsync("`frame`")).Answer, StringComparison.Ordinal);
    }
}
