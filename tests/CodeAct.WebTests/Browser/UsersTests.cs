using CodeAct.WebTests.Hosting;
using CodeAct.WebTests.Users;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeAct.WebTests.Browser;

/// <summary>Two people at two browsers, on a server that everybody signs in to.</summary>
public sealed class UsersTests(WebHost host, AccessHost access, Chromium chromium) : BrowserTests(host, chromium)
{
    [Fact]
    public async Task Each_signs_in_and_sees_what_is_his_own_and_nothing_else_while_it_happens()
    {
        var (anns, bobs) = (await SignInAsync("ann"), await SignInAsync("bob"));
        using var annsClient = await access.ClientAsync(access.Ann);
        using var bobsClient = await access.ClientAsync(access.Bob);
        var talk = await Talk.BeginAsync(annsClient);
        await talk.AskAsync("a narwhal of ann's");
        await (await Talk.BeginAsync(bobsClient)).AskAsync("a walrus of bob's");

        await Expect(anns.Locator(".item", new() { HasText = "narwhal" })).ToBeVisibleAsync();
        await Expect(bobs.Locator(".item", new() { HasText = "walrus" })).ToBeVisibleAsync();
        await Expect(anns.GetByText("walrus")).ToHaveCountAsync(0);
        await Expect(bobs.GetByText("narwhal")).ToHaveCountAsync(0);
        await Expect(anns.GetByLabel("Your account")).ToBeVisibleAsync();

        ExpectedError = "404";
        await bobs.GotoAsync($"/c/{talk.Id}");
        await Expect(bobs.GetByText("There is nothing here")).ToBeVisibleAsync();
        await Expect(bobs.GetByText("narwhal")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("/signin", ColorScheme.Light)]
    [InlineData("/register", ColorScheme.Dark)]
    public async Task The_pages_of_accounts_are_accessible(string path, ColorScheme scheme)
    {
        var page = await OpenAsync(path, new() { ColorScheme = scheme }, access.Server.Url, isLive: false);
        await Axe.CheckAsync(page);
    }

    private async Task<IPage> SignInAsync(string name)
    {
        var page = await OpenAsync(server: access.Server.Url, isLive: false);
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(AccessHost.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await LiveAsync(page);
        return page;
    }
}
