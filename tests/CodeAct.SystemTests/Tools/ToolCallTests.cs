using System.Text.Json;
using CodeAct.SystemTests.Python;
using Microsoft.Extensions.AI;
using static CodeAct.SystemTests.Tools.HostTools;

namespace CodeAct.SystemTests.Tools;

/// <summary>Calls: from code of every kind, and what comes back.</summary>
public sealed class ToolCallTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    [Fact]
    public async Task A_call_comes_after_the_text_before_it_and_its_answer_before_the_text_after_it()
    {
        await using var session = await local.Engine.CreateAsync(Add);
        var outcome = await session.RunAsync("print('a'); print(add(1, b=2)); __import__('os').system('echo b'); add(1); call_tool('add', a=2, b=2)");
        Assert.Equal(
            """out a|call add {"a":1,"b":2}|returned add 3|out 3/b|call add {"a":1}|returned add 11|call add {"a":2,"b":2}|returned add 4|result 4|ended Ok""",
            outcome.Order);
    }

    [Fact]
    public async Task Help_shows_the_signature_and_what_the_schema_says()
    {
        await using var session = await local.Engine.CreateAsync(Add);
        var outcome = await session.RunAsync("import inspect; help(add); print(inspect.signature(add), inspect.isfunction(add), add.__annotations__)");
        Assert.Contains("add(a: int, b: int = 10) -> int\n    Adds two numbers.\n", outcome.Stdout);
        Assert.Contains("a: The first summand", outcome.Stdout);
        Assert.Contains("await add(...)", outcome.Stdout);
        Assert.EndsWith("(a: int, b: int = 10) -> int True {'a': <class 'int'>, 'b': <class 'int'>, 'return': <class 'int'>}\n", outcome.Stdout);
    }

    [Theory]
    [InlineData("add()", "add(a: int, b: int = 10) -> int: missing a required argument: 'a'")]
    [InlineData("add(1, 2, 3)", "add(a: int, b: int = 10) -> int: too many positional arguments")]
    [InlineData("add(1, c=3)", "add(a: int, b: int = 10) -> int: got an unexpected keyword argument 'c'")]
    [InlineData("sums(off=[1])", "sums(of: list[int]) -> int: missing a required argument: 'of'; did you mean 'of'?")]
    [InlineData("add('1')", "add(a: int, b: int = 10) -> int: a must be int, not str")]
    [InlineData("add(True)", "add(a: int, b: int = 10) -> int: a must be int, not bool")]
    [InlineData("add(1.5)", "add(a: int, b: int = 10) -> int: a must be int, not float")]
    [InlineData("add(object())", "add(a: int, b: int = 10) -> int: a must be int, not object")]
    [InlineData("call_tool('add', b=1)", "add(a: int, b: int = 10) -> int: missing a required argument: 'a'")]
    [InlineData("await add(1, 2, 3)", "add(a: int, b: int = 10) -> int: too many positional arguments")]
    [InlineData("add(10**20)", "could not be converted")]
    [InlineData("sums([1, 'x'])", "sums(of: list[int]) -> int: of[1] must be int, not str")]
    public async Task A_wrong_argument_is_a_TypeError_that_shows_the_signature(string code, string message)
    {
        await using var session = await local.Engine.CreateAsync(Add, Function("sums", (int[] of) => of.Sum()));
        var outcome = await session.RunAsync(code);
        Assert.Equal("TypeError", outcome.Error.Name);
        Assert.Contains(message, outcome.Error.Message);
        Assert.DoesNotContain("codeact_worker", outcome.Error.Traceback);
        Assert.Equal(code.Contains("10**20") ? 1 : 0, outcome.Events.OfType<CodeAct.Python.ToolCalled>().Count());
    }

    [Theory]
    [InlineData("get_wether('Rome')", "NameError", "name 'get_wether' is not defined; did you mean get_weather(city: str) -> str?")]
    [InlineData("getWeather('Rome')", "NameError", "name 'getWeather' is not defined; did you mean get_weather(city: str) -> str?")]
    [InlineData("call_tool('weather', city='Rome')", "ToolError", "there is no tool 'weather'; there is get_weather(city: str) -> str")]
    [InlineData("something_else('Rome')", "NameError", "name 'something_else' is not defined")]
    [InlineData("call_tool('something_else')", "ToolError", "there is no tool 'something_else'; tools.search(\"words\") finds some")]
    public async Task A_name_that_there_is_not_is_answered_with_the_nearest_tool_and_its_signature(string code, string error, string message)
    {
        await using var session = await local.Engine.CreateAsync(Add, Function("get_weather", (string city) => $"rain in {city}"));
        var outcome = await session.RunAsync(code);
        Assert.Equal((error, message), (outcome.Error.Name, outcome.Error.Message));
        Assert.EndsWith($"{error}: {message}", outcome.Error.Traceback);
    }

    [Fact]
    public async Task Calls_can_be_awaited_together_from_threads_and_from_functions()
    {
        var here = 0;
        var all = new TaskCompletionSource();
        var meet = Function("meet", async Task<int> (int number) =>
        {
            if (Interlocked.Increment(ref here) % 8 == 0)
            {
                Interlocked.Exchange(ref all, new TaskCompletionSource()).SetResult();
                return number;
            }

            await all.Task;
            return number;
        }); // goes on when eight are here: hangs unless they run at the same time
        await using var session = await local.Engine.CreateAsync(meet, Add);
        var outcome = await session.RunAsync(
            "import asyncio, threading",
            "from concurrent.futures import ThreadPoolExecutor",
            "print(await asyncio.gather(*[meet(n) for n in range(8)]))",
            "calls = [meet(n) for n in range(8)]",
            "print(await asyncio.gather(*calls))",
            "async def one(n): return await meet(n) + add(1, 1) if False else await meet(n)",
            "print(sum(await asyncio.gather(*map(one, range(8)))))",
            "async with asyncio.timeout(20):",
            "    async with asyncio.TaskGroup() as group:",
            "        tasks = [group.create_task(meet(n)) for n in range(8)]",
            "print([task.result() for task in tasks])",
            "print(await asyncio.gather(*(asyncio.to_thread(meet, n) for n in range(4)), *(meet(n) for n in range(4))))",
            "def plain(n): return add(n, 1)",
            "print(plain(1), await add(1, 2))");
        Assert.Equal("", outcome.Stderr);
        Assert.Equal(
            "[0, 1, 2, 3, 4, 5, 6, 7]\n[0, 1, 2, 3, 4, 5, 6, 7]\n28\n[0, 1, 2, 3, 4, 5, 6, 7]\n[0, 1, 2, 3, 0, 1, 2, 3]\n2 3\n", outcome.Stdout);
        outcome = await session.RunAsync(
            "with ThreadPoolExecutor(8) as pool: print(list(pool.map(meet, range(16))))",
            "def main(): print(asyncio.run(one_loop()))",
            "async def one_loop(): return await asyncio.gather(*[meet(n) for n in range(4)])",
            "threads = [threading.Thread(target=main) for _ in range(2)]",
            "for thread in threads: thread.start()",
            "for thread in threads: thread.join()");
        Assert.Equal("", outcome.Stderr);
        Assert.Equal($"[{string.Join(", ", Enumerable.Range(0, 16))}]\n[0, 1, 2, 3]\n[0, 1, 2, 3]\n", outcome.Stdout);
    }

    [Fact]
    public async Task A_pool_of_threads_serves_later_cells_too()
    {
        await using var session = await local.Engine.CreateAsync(Add);
        await session.RunAsync("from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)\npool.submit(add, 1).result()");
        Assert.Equal("12", (await session.RunAsync("pool.submit(add, 2).result()")).Result.PlainText);
        await session.RunAsync("import asyncio\nawait asyncio.to_thread(add, 1)");
        Assert.Equal("12", (await session.RunAsync("await asyncio.to_thread(add, 2)")).Result.PlainText);
    }

    [Theory]
    [InlineData("None", "None")]
    [InlineData("[1, 2.5, 'ä€😀\\x00', True, {'a': None}]", "[1, 2.5, 'ä€😀\\x00', True, {'a': None}]")]
    [InlineData("(1, {2}, range(2))", "[1, [2], [0, 1]]")]
    [InlineData("[float('nan'), {'x': float('nan')}]", "[None, {'x': None}]")]
    [InlineData("b'\\x00\\xff'", "'AP8='")]
    [InlineData("[datetime.datetime(2026, 1, 2, 3, 4), datetime.date(2026, 1, 2), datetime.timedelta(minutes=1)]", "['2026-01-02T03:04:00', '2026-01-02', 60.0]")]
    [InlineData("[decimal.Decimal('12.34'), decimal.Decimal('0.12345678901234567890123')]", "[12.34, '0.12345678901234567890123']")]
    [InlineData("uuid.UUID(int=1)", "'00000000-0000-0000-0000-000000000001'")]
    [InlineData("[np.float64(1.5), np.int32(3), np.bool_(True), np.arange(4).reshape(2, 2), np.array([1.5, np.nan])]", "[1.5, 3, True, [[0, 1], [2, 3]], [1.5, None]]")]
    [InlineData("pd.DataFrame({'a': [1, 2], 't': [pd.Timestamp('2026-01-01'), pd.NaT]})", "[{'a': 1, 't': '2026-01-01T00:00:00'}, {'a': 2, 't': None}]")]
    [InlineData("[pd.Series([1, 2]), pd.NA, pd.NaT]", "[[1, 2], None, None]")]
    [InlineData("pathlib.Path('data') / 'a.csv'", "'data/a.csv'")]
    [InlineData("10**30", "1000000000000000000000000000000")]
    public async Task Values_travel(string value, string back)
    {
        await using var session = await local.Engine.CreateAsync(Echo);
        var outcome = await session.RunAsync(
            "import datetime, decimal, uuid, pathlib, numpy as np, pandas as pd", $"print(ascii(echo({value})) == ascii({back}) or echo({value}))");
        Assert.Equal("True\n", outcome.Stdout);
    }

    [Theory]
    [InlineData("echo(float('inf'))", "ValueError", "infinity")]
    [InlineData("echo([float('nan'), float('-inf')])", "ValueError", "infinity")]
    [InlineData("import pathlib; echo(pathlib.Path('/etc/passwd'))", "ValueError", "outside of the workspace")]
    [InlineData("import pathlib; echo(pathlib.Path('../x'))", "ValueError", "outside of the workspace")]
    [InlineData("echo([object()])", "TypeError", "type object cannot be sent")]
    [InlineData("a = []; a.append(a); echo(a)", "ValueError", "Circular")]
    [InlineData("echo('\\udc80')", "UnicodeEncodeError", "surrogates")]
    public async Task A_value_that_cannot_travel_is_an_error_in_Python(string code, string name, string message)
    {
        await using var session = await local.Engine.CreateAsync(Echo);
        var outcome = await session.RunAsync(code);
        Assert.Equal(name, outcome.Error.Name);
        Assert.Contains(message, outcome.Error.Message);
    }

    [Fact]
    public async Task Large_values_travel()
    {
        await using var session = await local.Engine.CreateAsync(Echo);
        var outcome = await session.RunAsync("big = 'ä' * 10_000_000\necho(big) == big");
        Assert.Equal("True", outcome.Result.PlainText);
        Assert.Contains("write them to a file", (await session.RunAsync("echo('x' * (64 << 20))")).Error.Message);
        Assert.Equal("1", (await session.RunAsync("echo(1)")).Result.PlainText);
    }

    [Fact]
    public async Task Files_come_as_bytes_and_go_by_reference()
    {
        await using var session = await local.Engine.CreateAsync(
            Function("image", () => new DataContent(new byte[] { 1, 2, 255 }, "image/png")),
            Function("raw", byte[] () => [0, 255]),
            Function("parts", IEnumerable<AIContent> () => [new TextContent("see"), new DataContent(new byte[] { 1 }, "a/b")]),
            Function("read", async Task<string> (AIFunctionArguments arguments, string file) =>
            {
                using var reader = new StreamReader(((CodeAct.Python.Workspace)arguments.Context![typeof(CodeAct.Python.Workspace)]!).OpenRead(file));
                return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            }));
        var outcome = await session.RunAsync(
            "from pathlib import Path",
            "Path('notes.txt').write_text('hello')",
            "print(image(), raw(), parts(), read(Path('notes.txt')), read(Path.cwd() / 'notes.txt'), raw.__annotations__)");
        Assert.Equal(
            "b'\\x01\\x02\\xff' b'\\x00\\xff' ['see', {'type': 'a/b', 'data': 'AQ=='}] hello hello {'return': <class 'bytes'>}\n", outcome.Stdout);
    }

    [Fact]
    public async Task An_exception_of_a_tool_is_a_ToolError_with_its_message_and_without_places_of_the_host()
    {
        var secret = Path.Combine(AppContext.BaseDirectory, "secret", "key.txt");
        await using var session = await local.Engine.CreateAsync(
            Function("fails", int () => throw new InvalidOperationException("The shop is closed; try /api/v2/orders tomorrow.")),
            Function("reads", () => File.ReadAllText(secret)),
            Function("seeks", () => File.ReadAllText(Path.Combine(Path.GetTempPath(), "of the host", "a key.txt"))),
            Function("parses", int () => throw new JsonException("The server's answer is no JSON.")),
            Function("later", async Task<int> (string order) =>
            {
                await Task.Yield();
                throw new AggregateException(new ArgumentException("No such order.", nameof(order)));
            }));
        var outcome = await session.RunAsync(
            "for tool in (fails, reads, seeks, parses, later):",
            "    try: tool('x') if tool is later else tool()",
            "    except ToolError as error: print(type(error).__name__, error, [error.tool])",
            "fails()");
        Assert.Equal(
            """
            ToolError fails: The shop is closed; try /api/v2/orders tomorrow. ['fails']
            ToolError reads: Could not find a part of the path '…/key.txt'. ['reads']
            ToolError seeks: Could not find a part of the path '…/a key.txt'. ['seeks']
            ToolError parses: The server's answer is no JSON. ['parses']
            ToolError later: No such order. ['later']

            """,
            outcome.Stdout);
        Assert.Equal("ToolError", outcome.Error.Name);
        Assert.Equal("fails: The shop is closed; try /api/v2/orders tomorrow.", outcome.Error.Message);
        Assert.DoesNotContain("   at ", outcome.Error.Traceback);
    }

    [Theory]
    [InlineData("{\"a\": NaN}")]
    [InlineData("}{")]
    public async Task Results_are_data_whatever_they_look_like(string text)
    {
        var evil = JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            ["error"] = text,
            ["kind"] = "refused",
            ["bytes"] = "!",
            ["call"] = -1,
        });
        await using var session = await local.Engine.CreateAsync(Function("evil", () => evil), Function("text", () => text));
        Assert.Equal($"-1 True\n", (await session.RunAsync($"print(evil()['call'], text() == '{text}')")).Stdout);
    }

    [Fact]
    public async Task A_tool_that_needs_approval_is_not_called_without()
    {
        var called = false;
        await using var session = await local.Engine.CreateAsync(new ApprovalRequiredAIFunction(Function("pay", () => called = true)));
        var outcome = await session.RunAsync("pay()");
        Assert.Equal("ToolRefused", outcome.Error.Name);
        Assert.Contains("approval", outcome.Error.Message);
        Assert.False(called);
    }
}
