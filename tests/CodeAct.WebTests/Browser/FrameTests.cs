using System.Net;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.WebTests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeAct.WebTests.Browser;

/// <summary>What stands around a conversation.</summary>
public sealed class FrameTests(WebHost host, Chromium chromium) : BrowserTests(host, chromium)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public async Task The_empty_page_is_accessible(int width, ColorScheme scheme)
    {
        var page = await OpenAsync(options: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 844 } });
        await page.GetByLabel("Files and variables", new() { Exact = true }).First.ClickAsync();
        await Expect(page.Locator(".panel")).ToBeVisibleAsync();
        await Axe.CheckAsync(page);
    }

    [Fact]
    public async Task The_list_follows_what_happens_and_conversations_are_renamed_found_and_deleted_in_it()
    {
        var page = await OpenAsync();
        var talk = await Talk.BeginAsync(Client);
        await talk.AskAsync("the zebra of this test `print('grazes')`");
        var item = page.Locator(".item").Filter(new() { HasText = "zebra of this test" });
        await Expect(item).ToBeVisibleAsync();

        await item.GetByTitle("Rename").PressAsync("Enter"); // a mouse would miss it: the list moves with what other tests do
        await page.Locator(".rename input").FillAsync("Okapi");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".item").Filter(new() { HasText = "Okapi" })).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("Alt+K");
        await page.Keyboard.TypeAsync("okapi grazes");
        await Expect(page.Locator(".item")).ToHaveCountAsync(1);
        await page.Locator(".item a").ClickAsync();
        await page.WaitForURLAsync($"**/c/{talk.Id}");
        await Expect(page.Locator(".bar h1")).ToHaveTextAsync("Okapi");
        await Expect(page.Locator(".item a")).ToHaveAttributeAsync("aria-current", "page");

        await page.Locator(".item").HoverAsync();
        await page.Locator(".item").GetByTitle("Delete").ClickAsync();
        await page.Locator(".sure").GetByText("Delete", new() { Exact = true }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Expect(page.GetByText("Nothing is found.")).ToBeVisibleAsync();
        using var gone = await Client.GetAsync(talk.Path, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_conversation_is_marked_while_it_runs_and_while_it_waits()
    {
        var page = await OpenAsync();
        var talk = await Talk.BeginAsync(Client);
        await talk.SendAsync("giraffes get `send_mail(to='eve', text='hi')`");
        var item = page.Locator(".item").Filter(new() { HasText = "giraffes get" });
        await Expect(item.Locator(".mark.waiting")).ToBeVisibleAsync();
        var asked = await talk.UntilAsync<ApprovalRequested>(0);
        using var answered = await Client.PostAsJsonAsync(
            $"{talk.Path}/approvals/{((ApprovalRequested)asked.Entry.Event).Call}", new { approve = false }, Cancel);
        await talk.UntilAsync<RunEnded>(asked.Number);
        await Expect(item.Locator(".mark")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Older_conversations_come_when_the_list_is_scrolled()
    {
        var store = Host.Server.Services.GetRequiredService<IConversationStore>();
        for (var number = 1; number <= 45; number++)
        {
            var id = await store.BeginAsync("", Cancel);
            var at = new DateTimeOffset(2020, 1, 1, 0, 0, number, TimeSpan.Zero);
            await store.AppendAsync(id, 0, [new LogEntry(at, new RunStarted($"pelican {number} of 45", [], "m", ""))], Cancel);
        }

        var page = await OpenAsync();
        await page.GetByPlaceholder("Search").FillAsync("pelican");
        await Expect(page.Locator(".item").First).ToContainTextAsync("pelican 45");
        await page.Locator(".history").EvaluateAsync("list => list.scrollTo(0, list.scrollHeight)");
        await Expect(page.Locator(".item")).ToHaveCountAsync(45);
        await Expect(page.Locator(".item").Last).ToContainTextAsync("pelican 1 of");
        await Expect(page.Locator(".history h2")).ToHaveTextAsync("January 2020");
    }

    [Fact]
    public async Task The_theme_and_the_list_stay_as_they_were_chosen_from_the_first_byte_of_the_next_page_on()
    {
        var page = await OpenAsync();
        await page.GetByLabel("Dark").CheckAsync();
        await page.Keyboard.PressAsync("Alt+S");
        await Expect(page.Locator("#sidebar")).ToBeHiddenAsync();

        var next = await page.ReloadAsync();

        Assert.Contains("""<html lang="en" data-theme="dark" data-sidebar="closed">""", await next!.TextAsync(), StringComparison.Ordinal);
        await LiveAsync(page);
        Assert.Equal("rgb(25, 27, 26)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await page.Keyboard.PressAsync("Alt+S");
        await Expect(page.GetByLabel("Dark")).ToBeCheckedAsync();
    }

    [Fact]
    public async Task A_key_shows_the_keys_and_the_list_is_a_drawer_on_a_phone()
    {
        var page = await OpenAsync(options: new() { ViewportSize = new() { Width = 390, Height = 844 } });
        Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Keyboard shortcuts" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#sidebar")).ToBeHiddenAsync();
        await page.GetByLabel("Show the list of conversations").ClickAsync();
        await Expect(page.Locator("#sidebar")).ToBeVisibleAsync();
        await Axe.CheckAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#sidebar")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task What_is_not_there_has_a_page_that_says_so()
    {
        ExpectedError = "404";
        var page = await OpenAsync("/no/such/page", new() { JavaScriptEnabled = false });
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("There is nothing here");
        await Expect(page.GetByText("To the conversations")).ToBeVisibleAsync();
    }
}
