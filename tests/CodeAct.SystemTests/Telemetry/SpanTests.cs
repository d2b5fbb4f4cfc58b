using System.Diagnostics;
using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.Telemetry;
using CodeAct.Testing;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Telemetry;

/// <summary>Spans and measurements of runs with a real interpreter.</summary>
public sealed class SpanTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Model_calls_and_cells_lie_below_their_run_and_tools_below_their_cell_and_work_within_their_span()
    {
        using var spans = new Spans();
        var within = "";
        var tools = new ToolSet(AIFunctionFactory.Create(
            async (int x) =>
            {
                await Task.Yield();
                within = Activity.Current?.DisplayName;
                return x < 0 ? throw new InvalidOperationException("negative") : x + 1;
            },
            "add_one"));

        await RunAsync(
            new TelemetryOptions(),
            tools,
            "<execute>\nadd_one(x=1) + add_one(x=2)\n</execute>",
            "<execute>\nadd_one(x=-1)\n</execute>",
            "Done.");

        Assert.Equal(
            """
            invoke_agent codeact
              chat
              execute_tool execute_code
                execute_tool add_one
                execute_tool add_one
              chat
              execute_tool execute_code
                execute_tool add_one
              chat

            """,
            spans.Tree());
        Assert.Equal("execute_tool add_one", within);
        var run = spans.Ended[0];
        Assert.Equal(
            ("invoke_agent", "codeact", "conversation-1", "answered", 3, 2),
            (run.GetTagItem("gen_ai.operation.name"), run.GetTagItem("gen_ai.agent.name"), run.GetTagItem("gen_ai.conversation.id"),
                run.GetTagItem("codeact.run.stop_reason"), run.GetTagItem("codeact.run.turns"), run.GetTagItem("codeact.run.cells")));
        Assert.Equal(ActivityStatusCode.Unset, run.Status);
        var cells = spans.Ended.Where(span => Equals(span.GetTagItem("gen_ai.tool.name"), "execute_code")).ToList();
        Assert.Equal([null, "ToolError"], cells.Select(cell => cell.GetTagItem("error.type")));
        Assert.Equal(["ok", "raised"], cells.Select(cell => cell.GetTagItem("codeact.cell.status")));
        Assert.Equal("tool_error", spans.Ended.Last(span => span.DisplayName == "execute_tool add_one").GetTagItem("error.type"));
        Assert.Contains(spans.Measured, one => one.StartsWith("gen_ai.client.operation.duration ", StringComparison.Ordinal));
        Assert.Contains(spans.Measured, one => one.StartsWith("gen_ai.client.token.usage ", StringComparison.Ordinal));
        Assert.Contains("gen_ai.execute_tool.duration gen_ai.operation.name=execute_tool gen_ai.tool.name=add_one", spans.Measured);
        Assert.Contains(
            "gen_ai.execute_tool.duration gen_ai.operation.name=execute_tool gen_ai.tool.name=execute_code error.type=ToolError", spans.Measured);
        Assert.Contains(spans.Measured, one => one.StartsWith("gen_ai.invoke_agent.duration ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_of_prompts_code_results_and_what_tools_take_is_told_unless_it_is_asked_for(bool asked)
    {
        using var spans = new Spans();
        var tools = new ToolSet(AIFunctionFactory.Create((string text) => $"{text} heard", "tell"));

        await RunAsync(
            new TelemetryOptions { IncludeContent = asked },
            tools,
            "Marten thinks.\n<execute>\nprint('marten codes')\ntell('marten calls')\nraise KeyError('marten fails')\n</execute>",
            "class\n<execute>\nclass MartenError(Exception): pass\nraise MartenError()\n</execute>",
            "A marten answers.");

        var told = spans.Everything();
        Assert.Equal(asked, told.Contains("marten", StringComparison.OrdinalIgnoreCase));
        Assert.All(
            (string[])["Where is the marten?", "marten codes", "marten calls heard", "A marten answers."],
            text => Assert.Equal(asked, told.Contains(text, StringComparison.Ordinal)));
        Assert.DoesNotContain(spans.Measured, one => one.Contains("marten", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_run_that_its_caller_ends_leaves_no_open_span_and_a_model_that_fails_fails_the_run()
    {
        using var spans = new Spans();
        await using var session = await CreateAsync();
        using var model = new ScriptedModel("<execute>\nprint('here', flush=True)\nimport time\ntime.sleep(600)\n</execute>").AsModel()
            .Watched(new TelemetryOptions());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watched = session.Watched(new TelemetryOptions());
        var agent = new Agent(model, new AgentOptions { CellTimeout = TimeSpan.FromMinutes(10) }, TimeProvider.System);

        await foreach (var happened in agent.RunAsync(new Conversation(watched), "Go", stop.Token).Watched(model, null, new TelemetryOptions()))
        {
            if (happened is CellOutput(StreamText { Text: var text }) && text.Contains("here", StringComparison.Ordinal))
            {
                await stop.CancelAsync();
            }
        }

        var again = agent.RunAsync(new Conversation(watched), "Go", Cancel).Watched(model, null, new TelemetryOptions());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await again.LastAsync(Cancel));

        var runs = spans.Ended.Where(span => span.DisplayName == "invoke_agent codeact").ToList();
        Assert.Equal(["interrupted", null], runs.Select(run => run.GetTagItem("codeact.run.stop_reason")));
        Assert.Equal([null, "InvalidOperationException"], runs.Select(run => run.GetTagItem("error.type")));
        Assert.Equal("cancelled", Assert.Single(spans.Ended, span => span.DisplayName == "execute_tool execute_code").GetTagItem("error.type"));
        Assert.All(spans.Ended, span => Assert.True(span.IsStopped));
    }

    private async Task RunAsync(TelemetryOptions options, ToolSet tools, params string[] replies)
    {
        await using var session = (await CreateAsync()).Watched(options);
        session.Tools = tools;
        using var model = new ScriptedModel(replies).AsModel().Watched(options);
        var agent = new Agent(model, new AgentOptions(), TimeProvider.System);
        var run = agent.RunAsync(new Conversation(session), "Where is the marten?", Cancel).Watched(model, "conversation-1", options);
        Assert.IsType<RunEnded>(await run.LastAsync(Cancel));
    }

    private async Task<IPythonSession> CreateAsync() => await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
}
