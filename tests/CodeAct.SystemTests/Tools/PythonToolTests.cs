using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.Testing;
using CodeAct.Tools;

namespace CodeAct.SystemTests.Tools;

/// <summary>Functions of a Python file as tools, in real sessions.</summary>
public sealed class PythonToolTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private static readonly string _file = Path.Combine(AppContext.BaseDirectory, "Tools", "shop_tools.py");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_functions_before_the_first_cell_and_in_a_fresh_interpreter_in_the_sandbox()
    {
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        session.Tools = await PythonTools.ReadAsync(_file, local.Engine, Cancel);

        var first = await session.RunAsync("print(price('apple'), price('pear', unit='ct'), await both(['apple', 'pear']))", "print(tools)");
        await session.RestartAsync(Cancel);
        var second = await session.RunAsync("print(price('apple'), price.__globals__['calls'], call_tool('price', fruit='pear'))");

        Assert.Equal("", first.Stderr);
        Assert.Equal(
            """
            3 500 {'apple': 3, 'pear': 5}
            price(fruit: str, unit: Literal['EUR', 'ct'] = 'EUR') -> int
                What a fruit costs.
            both(fruits: list[str]) -> dict[str, int]
                What several cost.

            """,
            first.Stdout.Replace("typing.", ""));
        Assert.Equal("3 1 5\n", second.Stdout);
    }

    [Fact]
    public async Task The_prompt_has_their_signatures_and_a_model_that_writes_no_code_calls_them_by_name()
    {
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        session.Tools = await PythonTools.ReadAsync(_file, local.Engine, Cancel);
        var model = new ScriptedModel(
            """Action: {"tool": "both", "args": {"fruits": ["apple"]}} End Action""",
            """Action: {"tool": "price", "args": {"fruit": "kiwi"}} End Action""",
            "Answer: Three.").AsModel();

        var events = await new Agent(model, new AgentOptions { Mode = ActionMode.Json }, TimeProvider.System)
            .RunAsync(new Conversation(session), "What is an apple?", Cancel).ToListAsync(Cancel);

        var prompt = Assert.IsType<RunStarted>(events[0]).SystemPrompt;
        Assert.Contains("""{"tool": "price", "args": {"fruit": str, "unit": Literal['EUR', 'ct'] = 'EUR'}} -> int""", prompt);
        Assert.Contains("fruit: Its name, in singular.", prompt);
        var finished = events.OfType<CallFinished>().ToList();
        Assert.Equal("""{"apple":3}""", finished[0].Result!.Replace(" ", ""));
        Assert.Contains("KeyError: 'kiwi'", finished[1].Error);
    }

    [Fact]
    public async Task A_file_that_raises_is_told_with_its_line()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("codeact-tools-").FullName, "broken.py");
        await File.WriteAllTextAsync(file, "import nosuch\n", Cancel);

        var wrong = await Assert.ThrowsAsync<FormatException>(() => PythonTools.ReadAsync(file, local.Engine, Cancel));

        Assert.Contains("broken.py cannot be had", wrong.Message);
        Assert.Contains("No module named 'nosuch'", wrong.Message);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task A_reserved_tool_is_neither_seen_nor_called_by_others()
    {
        await using var session = await local.Engine.CreateAsync(
            new ReservedAIFunction(HostTools.Function("by_name", () => 1), ToolCallers.Direct),
            new ReservedAIFunction(HostTools.Function("in_code", () => 2), ToolCallers.Code));
        var model = new ScriptedModel(
            "Action: in_code End Action", "Action: by_name End Action", "Answer: 1").AsModel();

        var code = await session.RunAsync("print('by_name' in globals(), in_code(), len(tools))");
        var events = await new Agent(model, new AgentOptions { Mode = ActionMode.Text }, TimeProvider.System)
            .RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);

        Assert.Equal("False 2 1\n", code.Stdout);
        Assert.DoesNotContain("in_code", Assert.IsType<RunStarted>(events[0]).SystemPrompt);
        var finished = events.OfType<CallFinished>().ToList();
        Assert.Contains("there is no tool 'in_code'", finished[0].Error);
        Assert.Equal("1", finished[1].Result);
    }

    [Theory]
    [InlineData("code", 5)]
    [InlineData("code", 50)]
    [InlineData("code", 500)]
    [InlineData("json", 5)]
    [InlineData("json", 50)]
    [InlineData("json", 500)]
    public async Task A_long_list_of_tools_becomes_a_search(string mode, int count)
    {
        var tools = new ToolSet(Enumerable.Range(1, count).Select(number => HostTools.Function(
            $"read_meter_{number}", (string place, int days) => $"{place} {days}", $"Reads meter {number} of a place and gives its mean over some days.")));
        await using var session = await local.Engine.CreateAsync(tools.Functions);
        var model = new ScriptedModel(mode == "code"
            ? ["<execute>tools.search('meter 17')[0]('Rome', 2)</execute>", "Done."]
            : ["""Action: {"tool": "search_tools", "args": {"words": "meter 3"}} End Action""", "Answer: Done."]).AsModel();

        var events = await new Agent(model, new AgentOptions { Mode = ActionMode.Named(mode) }, TimeProvider.System)
            .RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);

        var prompt = Assert.IsType<RunStarted>(events[0]).SystemPrompt;
        var bare = ActionMode.Named(mode).Prompt(new ActionSetting(new ToolCatalog(null), true, 20));
        var listed = ActionMode.Named(mode).Prompt(new ActionSetting(new ToolCatalog(tools), true, 20));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{mode}, {count} tools: {prompt.Length} characters, some {prompt.Length / 4} tokens ({bare.Length / 4} without tools, {listed.Length / 4} with all of them listed)");
        Assert.InRange(prompt.Length, 0, bare.Length + 16_000 + 500);
        Assert.Equal(count < 500, prompt.Contains("read_meter_5(", StringComparison.Ordinal) || prompt.Contains("\"read_meter_5\"", StringComparison.Ordinal));
        Assert.Contains(mode == "code" ? (count < 17 ? "Rome 2" : "'Rome 2'") : "read_meter_3(", string.Concat(
            events.OfType<CellFinished>().Select(cell => cell.Observation).Concat(events.OfType<CallFinished>().Select(call => call.Observation))));
    }
}
