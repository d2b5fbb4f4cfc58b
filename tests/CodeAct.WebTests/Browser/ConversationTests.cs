using CodeAct.Agents;
using CodeAct.WebTests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeAct.WebTests.Browser;

/// <summary>What people do in a conversation.</summary>
public sealed class ConversationTests(WebHost host, Chromium chromium) : BrowserTests(host, chromium)
{
    [Fact]
    public async Task An_edited_message_goes_on_with_the_variables_of_that_point_and_both_versions_stay()
    {
        var page = await OpenAsync();
        await SayAsync(page, "`x = 1`");
        await Expect(page.Locator(".exchange footer")).ToBeVisibleAsync();
        await SayAsync(page, "`x += 10; print('x is', x)`");
        await Expect(page.Locator(".exchange footer")).ToHaveCountAsync(2);
        await page.GetByLabel("Edit the message").Last.ClickAsync();
        await page.Locator(".edit textarea").FillAsync("`x += 100; print('x is', x)`");
        await page.Locator(".edit button[type=submit]").ClickAsync();
        await Expect(page.Locator(".came").Last).ToContainTextAsync("x is 101"); // and not 111
        await Expect(page.Locator(".branches")).ToContainTextAsync("2 / 2");
        await page.GetByLabel("The version before").ClickAsync();
        await Expect(page.Locator(".came").Last).ToContainTextAsync("x is 11");
        await Expect(page.Locator(".branches")).ToContainTextAsync("1 / 2");
        await SayAsync(page, "`print('still', x)`");
        await Expect(page.Locator(".came").Last).ToContainTextAsync("still 11");
    }

    [Fact]
    public async Task A_runaway_cell_is_stopped_and_the_answer_comes()
    {
        var page = await OpenAsync();
        await SayAsync(page, "`while True: pass`");
        await page.GetByLabel("Interrupt Python").ClickAsync();
        await Expect(page.Locator(".exchange footer")).ToBeVisibleAsync();
        await Expect(page.Locator(".cell.bad")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Send", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_call_is_approved_with_other_arguments_and_the_next_is_denied()
    {
        var page = await OpenAsync();
        await SayAsync(page, "`print(send_mail(to='eve', text='hello'))` and `print(send_mail(to='eve', text='again'))`");
        var arguments = page.Locator(".approval textarea");
        await arguments.FillAsync("""{"to": "adam", "text": "hello"}""");
        await Axe.CheckAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await Expect(page.Locator(".shown .text").First).ToContainTextAsync("sent 'hello' to adam");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deny…" }).ClickAsync();
        await page.GetByLabel("Why not?").FillAsync("once is enough");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deny it" }).ClickAsync();
        await Expect(page.Locator(".error summary")).ToContainTextAsync("once is enough");
        await Expect(page.Locator(".exchange footer")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_page_that_is_loaded_again_in_the_middle_of_an_answer_goes_on_with_it()
    {
        var page = await OpenAsync();
        await SayAsync(page, "`import time\nfor n in range(30): print('line', n, flush=True); time.sleep(0.1)`");
        await Expect(page.Locator(".cell.runs .text")).ToContainTextAsync("line 3");
        await page.ReloadAsync();
        await LiveAsync(page);
        await Expect(page.Locator(".shown .text")).ToContainTextAsync("line 3");
        await Expect(page.Locator(".shown .text")).ToContainTextAsync("line 29");
        await Expect(page.Locator(".exchange footer")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Tables_are_sorted_and_saved_pictures_shown_errors_folded_and_markup_is_text()
    {
        ExpectedError = "about:srcdoc"; // the browser says what the frame's sandbox and policy keep out
        var talk = await Talk.BeginAsync(Client);
        await talk.AskAsync(
            "`import pandas as pd; pd.DataFrame({'name': ['<b>b</b>', 'a', 'c'], 'price': [10.5, 9.0, 100.0]})` "
            + "`import matplotlib.pyplot as plt; plt.plot([1, 4, 9])` `1/0` "
            + "`from IPython.display import HTML; HTML('<img src=x onerror=alert(1)><script>alert(2)</script>')`");
        var page = await OpenAsync($"/c/{talk.Id}");
        await page.Locator("th button", new() { HasText = "price" }).ClickAsync();
        Assert.Equal(["9.0", "10.5", "100.0"], await page.Locator(".table td:last-child").AllTextContentsAsync());
        await Expect(page.Locator(".table td").Nth(4)).ToHaveTextAsync("<b>b</b>");
        var saved = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Download CSV").ClickAsync());
        Assert.Equal(",name,price\r\n0,<b>b</b>,10.5\r\n1,a,9.0\r\n2,c,100.0\r\n", await File.ReadAllTextAsync(await saved.PathAsync(), Cancel));
        await page.WaitForFunctionAsync("document.querySelector('img.picture').naturalWidth > 100");
        await Expect(page.Locator(".error summary")).ToContainTextAsync("ZeroDivisionError");
        await Expect(page.Locator("iframe[sandbox='']")).ToHaveCountAsync(1);
        await Axe.CheckAsync(page);
    }

    [Fact]
    public async Task A_model_is_chosen_and_a_message_that_cannot_be_sent_stays()
    {
        var page = await OpenAsync();
        await page.Locator(".composer select").SelectOptionAsync(ActionMode.Native.Name);
        await SayAsync(page, "hello");
        await Expect(page.Locator(".prose")).ToContainTextAsync("You said: hello");
    }

    private static async Task SayAsync(IPage page, string text)
    {
        await page.Locator(".composer[data-ready]").WaitForAsync();
        await page.GetByLabel("Message", new() { Exact = true }).FillAsync(text);
        await page.Keyboard.PressAsync("Enter");
    }
}
