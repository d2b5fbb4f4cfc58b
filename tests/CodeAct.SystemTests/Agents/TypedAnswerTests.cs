using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.SystemTests.Tools;
using CodeAct.Testing;
using CodeAct.Tools;

namespace CodeAct.SystemTests.Agents;

/// <summary>Answers of a type, given from code in a real interpreter.</summary>
public sealed class TypedAnswerTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    public enum Size
    {
        Small,
        Large,
    }

    public sealed record City(string Name, int People, IReadOnlyList<double> Position, Size Size);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_does_not_fit_the_type_is_an_error_that_the_model_sees_and_may_mend()
    {
        using var model = new ScriptedModel(
            "It is Oslo.",
            Code("final_answer({'name': 'Oslo', 'people': 'many', 'position': [59.9, 10.8], 'size': 'Large'})"),
            Code("final_answer({'name': 'Oslo', 'people': 700000})"),
            Code("city = {'name': 'Oslo', 'people': 700000, 'position': [59.9, 10.8], 'size': 'Large'}\nfinal_answer(city)"));
        await using var session = await CreateAsync();
        var seen = new List<AgentEvent>();

        var city = await new Agent(model.AsModel(), new AgentOptions(), TimeProvider.System)
            .AskAsync<City>(new Conversation(session), "Which city?", seen.Add, Cancel);

        Assert.Equal(("Oslo", 700_000, Size.Large), (city.Name, city.People, city.Size));
        Assert.Equal([59.9, 10.8], city.Position);
        Assert.Equal("Give the answer by calling final_answer(value).", Assert.Single(seen.OfType<ReplyRejected>()).Reason);
        var observations = seen.OfType<CellFinished>().Select(finished => finished.Observation).ToList();
        Assert.Contains("value['people'] must be int, not str", observations[0], StringComparison.Ordinal);
        Assert.Contains("value lacks 'position'", observations[1], StringComparison.Ordinal);
        Assert.Contains("\"people\":700000", Assert.IsType<RunEnded>(seen[^1]).Answer, StringComparison.Ordinal);
        Assert.Null(session.Tools);
    }

    [Theory]
    [InlineData("final_answer(42)")]
    [InlineData("final_answer(value=42); print('after')")]
    public async Task A_number_is_a_number_and_other_tools_stay(string code)
    {
        using var model = new ScriptedModel(Code($"assert twice(21) == 42\n{code}"));
        await using var session = await CreateAsync();
        session.Tools = new ToolSet(HostTools.Function("twice", (int number) => 2 * number));
        Assert.Equal(42, await new Agent(model.AsModel(), new AgentOptions(), TimeProvider.System)
            .AskAsync<int>(new Conversation(session), "?", null, Cancel));
        Assert.IsType<ToolSet>(session.Tools);
    }

    [Fact]
    public async Task A_run_that_ends_without_an_answer_says_why()
    {
        using var model = new ScriptedModel("No.", "No!", "Never.");
        await using var session = await CreateAsync();
        var failure = await Assert.ThrowsAsync<UnansweredException>(() => new Agent(model.AsModel(), new AgentOptions(), TimeProvider.System)
            .AskAsync<int>(new Conversation(session), "?", null, Cancel));
        Assert.Equal(StopReason.Unreadable, failure.End.Reason);
    }

    [Fact]
    public async Task In_other_modes_the_answer_is_a_call_too()
    {
        using var model = new ScriptedModel("""Action: {"tool": "final_answer", "args": {"value": [1, 2]}} End Action""", """{"tool": "final_answer", "args": {"value": [1, 2]}}""");
        await using var session = await CreateAsync();
        var numbers = await new Agent(model.AsModel(), new AgentOptions { Mode = ActionMode.Json }, TimeProvider.System)
            .AskAsync<int[]>(new Conversation(session), "?", null, Cancel);
        Assert.Equal([1, 2], numbers);
    }

    [Fact]
    public async Task What_a_full_context_leaves_out_the_interpreter_still_has_and_says()
    {
        using var model = new ScriptedModel(
            Code("import pandas as pd\ndf = pd.DataFrame({'price': [1.5, 2.5], 'name': ['a', 'b']})"),
            Code("print('x' * 3000)"),
            Code("print('y' * 3000)"),
            Code("total = df.price.sum()\ntotal"),
            "4.0")
        {
            InputTokens = messages => messages.Skip(1).Sum(message => message.Text.Length) / 3,
        };
        await using var session = await CreateAsync();
        var events = await new Agent(model.AsModel() with { ContextTokens = 2500 }, new AgentOptions { CompactAt = 0.5 }, TimeProvider.System)
            .RunAsync(new Conversation(session), "Total?", Cancel).ToListAsync(Cancel);
        Assert.NotEmpty(events.OfType<HistoryCompacted>());
        Assert.Contains("df: DataFrame (2, 2): price float64, name object", model.Requests[^1][1].Text, StringComparison.Ordinal);
        Assert.Equal("4.0", Assert.IsType<RunEnded>(events[^1]).Answer);
    }

    private Task<IPythonSession> CreateAsync() => local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);

    private static string Code(string code) => $"<execute>\n{code}\n</execute>";
}
