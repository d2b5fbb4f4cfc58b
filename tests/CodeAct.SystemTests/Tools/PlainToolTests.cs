using CodeAct.Python;
using CodeAct.SystemTests.Python;
using static CodeAct.SystemTests.Tools.HostTools;

namespace CodeAct.SystemTests.Tools;

/// <summary>The same tools without a sandbox.</summary>
public sealed class PlainToolTests(PlainEngine plain) : IClassFixture<PlainEngine>
{
    [Fact]
    public async Task Tools_can_be_called_awaited_and_interrupted()
    {
        var (called, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var session = await plain.Engine.CreateAsync(Add, Forever("forever", called, cancelled));
        var outcome = await session.RunAsync(
            "import asyncio",
            "print(await asyncio.gather(add(1), asyncio.to_thread(add, 2), add(3)))",
            "def plain(n): return add(n)",
            "print(plain(4))");
        Assert.Equal("[11, 12, 13]\n14\n", outcome.Stdout);
        var running = session.RunAsync("forever()");
        await called.Task;
        session.Interrupt();
        Assert.Equal(CellStatus.Interrupted, (await running).Status);
        await cancelled.Task;
        Assert.Equal("12", (await session.RunAsync("add(2)")).Result.PlainText);
    }
}
