using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Browser;

public sealed class FrameTests(WebHost host, Chromium chromium) : BrowserTests(host, chromium)
{
    [Fact]
    public async Task The_empty_page_is_accessible()
    {
        var page = await OpenAsync();
        Assert.Equal("CodeAct", await page.TitleAsync());
        await Axe.CheckAsync(page);
    }
}
