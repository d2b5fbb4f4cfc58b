using System.Globalization;
using System.Text.Json;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.Tools;
using Microsoft.Extensions.AI;
using static CodeAct.SystemTests.Tools.HostTools;

namespace CodeAct.SystemTests.Tools;

/// <summary>Many tools and many calls.</summary>
public sealed class ToolScaleTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    [Fact]
    public async Task A_thousand_calls_one_after_the_other_take_less_than_a_third_of_a_millisecond_each()
    {
        await using var session = await local.Engine.CreateAsync(Function("nothing", () => { }));
        const string Code = """
            import time
            times = []
            for _ in range(1000):
                began = time.perf_counter(); nothing(); times.append(time.perf_counter() - began)
            sorted(times)[500] * 1000
            """;
        await session.RunAsync(Code); // the host compiles what it runs
        var best = 1000.0;
        for (var tries = 0; tries < 5 && best > 0.3; tries++)
        {
            best = Math.Min(best, double.Parse((await session.RunAsync(Code)).Result.PlainText, CultureInfo.InvariantCulture));
        }

        Assert.InRange(best, 0, 0.3);
    }

    [Theory]
    [InlineData("await asyncio.gather(*[wait(n) for n in range(100)])")]
    [InlineData("list(pool.map(wait, range(100)))")]
    public async Task A_hundred_calls_at_the_same_time_take_as_long_as_one(string calls)
    {
        await using var session = await local.Engine.CreateAsync(Function("wait", async Task<int> (int number) =>
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            return number;
        }));
        await session.RunAsync("import asyncio, time\nfrom concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(100)");
        var best = 1000.0;
        for (var tries = 0; tries < 8 && best > 120; tries++)
        {
            var outcome = await session.RunAsync(
                "began = time.perf_counter()", $"got = {calls}", "assert got == list(range(100))", "(time.perf_counter() - began) * 1000");
            best = Math.Min(best, double.Parse(outcome.Result.PlainText, CultureInfo.InvariantCulture));
        }

        Assert.InRange(best, 50, 120);
    }

    [Fact]
    public async Task Five_hundred_tools_are_there_in_a_moment_and_can_be_searched()
    {
        var tools = new ToolSet(Enumerable.Range(0, 500).Select(number => new Listed(number)));
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        const string Memory = "open('/proc/self/status').read().split('RssAnon:')[1].split()[0]";
        var before = (await session.RunAsync($"print({Memory})")).Stdout;
        session.Tools = tools;
        var outcome = await session.RunAsync($"print({Memory}); print(len(tools)); print(tools.search('refund an order'))\ntools['billing/refund-7'](order='a')");
        var took = outcome.Ended.Elapsed;
        var lines = outcome.Stdout.Split('\n');
        TestContext.Current.SendDiagnosticMessage($"500 tools: {took.TotalMilliseconds:0} ms, {before.Trim()} -> {lines[0]} kB");
        Assert.Equal("500", lines[1]);
        Assert.Equal("billing_refund_7(order: str, amount: float = None, from_: str = None)", lines[2]);
        Assert.Contains("\"order\": \"a\"", outcome.Result.PlainText.Replace('\'', '"'));
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(int.Parse(lines[0], CultureInfo.InvariantCulture) - int.Parse(before, CultureInfo.InvariantCulture), 0, 8_000);
    }

    [Fact]
    public async Task Names_that_are_none_in_Python_and_schemas_that_make_no_sense_do_no_harm()
    {
        string[] names = ["print", "class", "2fast", "a b", "a-b", "a_b", "__builtins__", "ünï", "x\"); import os #", "tools", "call_tool", "-"];
        await using var session = await local.Engine.CreateAsync(names.Select(name => new Odd(name, """{"type":"object","properties":{"if":{"type":"integer"},"if_":{},"a b":{}}}"""))
            .Append(new Odd("s1", """{"type":"object","properties":{"x":{"$ref":"#/properties/x"},"y":{"$ref":"#/nowhere"},"z":{"type":["string","null"]},"w":{"type":"wrong"}},"required":["x","gone",7]}"""))
            .Append(new Odd("s2", """{"properties":[1],"required":5}"""))
            .Append(new Odd("s3", """{"type":"object","properties":{"x":true,"y":{"anyOf":[{"type":"integer"},{"enum":[]}]}},"additionalProperties":true}""")));
        var outcome = await session.RunAsync(
            "print([tool.__name__ for tool in tools])",
            "print(print_(if_=1), call_tool('print', **{'if': 2, 'a b': 3}), call_tool('x\"); import os #'))",
            "print(s1, s2(), s3(1, 2, more=3), s1(1, z=None))",
            "print(s3.__signature__, s1.__signature__)".Replace("s3.__signature__, ", ""));
        Assert.Equal("", outcome.Stderr);
        Assert.Equal(CellStatus.Ok, outcome.Status);
        Assert.StartsWith("['print_', 'class_', 'tool_2fast', 'a_b', 'a_b_', 'a_b_3', 'builtins__', 'ünï', 'x____import_os__', 'tools_', 'call_tool_', 'tool'", outcome.Stdout);
        Assert.Contains("{'if': 1} {'if': 2, 'a b': 3} {}", outcome.Stdout);
        Assert.Contains("{'x': 1, 'y': 2, 'more': 3} {'x': 1, 'z': None}", outcome.Stdout);
    }

    [Fact]
    public async Task A_result_that_Python_cannot_read_is_an_error_in_Python()
    {
        const int Depth = 5_000;
        using var deep = JsonDocument.Parse(new string('[', Depth) + new string(']', Depth), new JsonDocumentOptions { MaxDepth = Depth + 1 });
        await using var session = await local.Engine.CreateAsync(
            new Odd("deep", "{}", deep.RootElement), new Odd("missing", "{}", default(JsonElement)), Function("half", () => "\ud800"), Add);
        var outcome = await session.RunAsync("try: deep()\nexcept RecursionError: print('deep')", "print(missing())", "half(); add(1)");
        Assert.Equal("deep\nNone\n", outcome.Stdout);
        Assert.Equal("11", outcome.Result.PlainText);
    }

    /// <summary>A function as a server would list it: name and schema come from outside.</summary>
    private class Odd(string name, string schema, object? result = null) : AIFunction
    {
        public override string Name => name;

        public override JsonElement JsonSchema { get; } = JsonElement.Parse(schema);

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
            new(result ?? JsonSerializer.SerializeToElement(arguments.ToDictionary()));
    }

    private sealed class Listed(int number) : Odd(
        number == 7 ? "billing/refund-7" : $"tool_{number}",
        """{"type":"object","properties":{"order":{"type":"string","description":"Its number"},"amount":{"type":"number"},"from":{"type":"string"}},"required":["order"]}""")
    {
        public override string Description => number == 7 ? "Refunds an order, all of it or a part." : $"Does the thing number {number} to a customer.";
    }
}
