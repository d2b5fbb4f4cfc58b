using CodeAct.WebTests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeAct.WebTests.Browser;

public sealed class ShareTests(WebHost host, Chromium chromium) : BrowserTests(host, chromium)
{
    private const string Plot = "`import matplotlib.pyplot as plt; _ = plt.bar(['a', 'b'], [3, 5]); plt.show()`";

    [Fact]
    public async Task A_shared_conversation_is_read_without_scripts_and_somebody_else_goes_on_with_it()
    {
        var talk = await Talk.BeginAsync(Client);
        await talk.AskAsync($"the bars of this test `number = 17` {Plot}");
        var mine = await OpenAsync($"/c/{talk.Id}");
        await mine.GetByLabel("Share", new() { Exact = true }).ClickAsync();
        await mine.GetByText("Make a link").ClickAsync();
        var link = await mine.Locator("#share .link input").InputValueAsync();
        await Axe.CheckAsync(mine);

        var read = await OpenAsync(link, new() { JavaScriptEnabled = false });
        await Expect(read.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("the bars of this test");
        await Expect(read.Locator(".story .code").First).ToContainTextAsync("number = 17");
        var picture = await read.Locator(".story img").BoundingBoxAsync();
        Assert.True(picture is { Width: > 100, Height: > 100 }, $"The picture has the size {picture?.Width} x {picture?.Height}.");
        Assert.Equal(0, await read.Locator("script").CountAsync());

        await read.GetByText("Continue this conversation").ClickAsync();
        var fork = new Uri(read.Url).AbsolutePath.Split('/')[^1];
        Assert.NotEqual(talk.Id, fork);
        Assert.Contains("34", (await new Talk(Client, fork).AskAsync("`print(number * 2)`")).Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public async Task A_shared_page_is_accessible(int width, ColorScheme scheme)
    {
        var talk = await Talk.BeginAsync(Client);
        await talk.AskAsync($"`import pandas as pd; pd.DataFrame({{'price': [1, 2]}})` {Plot} `1 / 0`");
        using var shared = await Client.PostAsync($"{talk.Path}/share", null, Cancel);
        var path = (await shared.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Cancel)).GetProperty("path").GetString()!;
        var page = await OpenAsync(path, new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 844 } }, isLive: false);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Axe.CheckAsync(page);
    }
}
