using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.SystemTests.Models;

/// <summary>The whole loop: replies recorded from llama.cpp's server, run in a real interpreter.</summary>
public sealed class OpenAIAgentTests
{
    [Fact]
    public async Task A_model_behind_a_server_computes_in_the_interpreter_and_answers_from_what_it_saw()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var server = LoopbackServer.Playing(Cassette.Reply("stop"), Cassette.Reply("answer"));
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions { PoolSize = 0, Modules = [] }, stopping);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), stopping);
        using var model = server.Model();
        var agent = new Agent(model, new AgentOptions(), TimeProvider.System);
        var events = await agent.RunAsync(new Conversation(session), "What is 6 * 7?", stopping).ToListAsync(stopping);

        var ended = Assert.IsType<RunEnded>(events[^1]);
        Assert.Equal((StopReason.Answered, "The answer is 42."), (ended.Reason, ended.Answer));
        Assert.True(ended.Totals.InputTokens > 0);
        var asked = server.Requests.Last().Json["messages"]!.AsArray();
        Assert.Equal(["system", "user", "assistant", "user"], asked.Select(message => (string?)message!["role"]));
        Assert.Contains("42", (string?)asked[^1]!["content"], StringComparison.Ordinal);
        Assert.All(server.Requests, request => Assert.Equal("</execute>", (string?)request.Json["stop"]!.AsArray().Single()));
    }
}
