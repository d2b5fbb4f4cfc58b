using System.Diagnostics;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.WebTests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace CodeAct.WebTests.Browser;

/// <summary>A conversation of a great many messages.</summary>
public sealed class LongConversationTests(WebHost host, Chromium chromium) : BrowserTests(host, chromium)
{
    [Fact]
    public async Task Of_ten_thousand_messages_the_last_are_shown_and_earlier_ones_when_they_are_asked_for()
    {
        var store = Host.Server.Services.GetRequiredService<IConversationStore>();
        var id = await store.BeginAsync("", Cancel);
        var at = DateTimeOffset.UnixEpoch;
        var totals = new RunTotals(1, 0, 10, 5, TimeSpan.FromSeconds(1));
        var events = Enumerable.Range(1, 10_000).SelectMany(IEnumerable<AgentEvent> (number) =>
        [
            new RunStarted($"message {number}", [], "echo:model", ""),
            new ReplyEnded($"You said: {number}", 10, 5, TimeSpan.Zero, TimeSpan.FromSeconds(1)),
            new RunEnded(StopReason.Answered, $"You said: {number}", totals),
        ]);
        await store.AppendAsync(id, 0, [.. events.Select(one => new LogEntry(at, one))], Cancel);
        var page = await OpenAsync();

        var started = Stopwatch.GetTimestamp();
        await page.GotoAsync($"/c/{id}");
        await Expect(page.GetByText("You said: 10000")).ToBeVisibleAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"shown after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
        await LiveAsync(page);

        await Expect(page.Locator(".exchange")).ToHaveCountAsync(60);
        await page.Locator(".earlier").ClickAsync();
        await Expect(page.GetByText("message 9800", new() { Exact = true })).ToBeVisibleAsync();
    }
}
