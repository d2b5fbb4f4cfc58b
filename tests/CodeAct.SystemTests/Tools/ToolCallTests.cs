using CodeAct.SystemTests.Python;
using static CodeAct.SystemTests.Tools.HostTools;

namespace CodeAct.SystemTests.Tools;

/// <summary>Calls: from code of every kind, and what comes back.</summary>
public sealed class ToolCallTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    [Fact]
    public async Task A_tool_is_a_function()
    {
        await using var session = await local.Engine.CreateAsync(Add);
        var outcome = await session.RunAsync("print('before'); print(add(1, b=2), add(1), add(b=3, a=4)); call_tool('add', a=2, b=2)");
        Assert.Equal("4", outcome.Result.PlainText);
        Assert.Equal("3 11 7\n", outcome.Stdout.Replace("before\n", ""));
        Assert.StartsWith("out before|call add {\"a\":1,\"b\":2}|returned add 3|call add {\"a\":1}", outcome.Order);
    }
}
