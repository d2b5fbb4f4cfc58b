using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Replay;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.SystemTests.Tools;
using CodeAct.Testing;
using CodeAct.Tools;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.SystemTests.Agents;

/// <summary>Calls that wait for an approval, in real cells.</summary>
public sealed class ApprovalTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly List<string> _paid = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ToolSet Tools => new(
        new ApprovalRequiredAIFunction(HostTools.Function("pay", (string to, int amount) => Note($"{to} {amount}"))),
        HostTools.Function("note", (string word) => Note(word)));

    [Fact]
    public async Task No_clock_runs_while_a_person_is_waited_for()
    {
        var time = new FakeTimeProvider();
        await using var engine = await PythonEngine.StartAsync(new PythonEngineOptions { PoolSize = 0, Time = time, Modules = [] }, Cancel);
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), Cancel);
        session.Tools = Tools;
        var options = new AgentOptions
        {
            MaxTime = TimeSpan.FromSeconds(2),
            CellTimeout = TimeSpan.FromSeconds(1),
            Approver = (_, _) =>
            {
                time.Advance(TimeSpan.FromDays(1));
                return Task.FromResult<ApprovalAnswer>(new Approved());
            },
        };

        var events = await new Agent(Writing("print(pay('Ann', 1), pay('Bob', 2))"), options, time)
            .RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);

        Assert.Equal(CellStatus.Ok, events.OfType<CellFinished>().Single().Result.Status);
        Assert.Equal(StopReason.Answered, events.OfType<RunEnded>().Single().Reason);
        Assert.Equal(["Ann 1", "Bob 2"], _paid);
    }

    [Fact]
    public async Task Processor_time_that_is_used_while_a_person_is_waited_for_does_not_count()
    {
        var burnt = new TaskCompletionSource();
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        session.Tools = new Waiting(burnt);
        var cell = new Cell(
            """
            import threading, time
            def burn():
                while time.thread_time() < 1:
                    pass
                call_tool('burnt')
            thread = threading.Thread(target=burn)
            thread.start()
            call_tool('wait')
            thread.join()
            """)
        {
            ProcessorTime = TimeSpan.FromSeconds(0.6),
        };

        var events = await session.RunAsync(cell, Cancel).ToListAsync(Cancel);

        Assert.Equal(CellStatus.Ok, Assert.IsType<CellEnded>(events[^1]).Status);
    }

    [Fact]
    public async Task The_request_follows_its_call_and_is_with_the_reader_before_anybody_is_asked()
    {
        var read = new List<AgentEvent>();
        var asked = new List<int>();
        var options = new AgentOptions
        {
            Approver = (request, _) =>
            {
                asked.Add(read.FindIndex(happened => happened == (AgentEvent)request));
                return Task.FromResult<ApprovalAnswer>(new Approved());
            },
        };
        await using var session = await FreshAsync();
        var code = "import asyncio\nawait asyncio.gather(pay('Ann', 1), pay('Bob', 2), pay('Cid', 3))";
        await foreach (var happened in new Agent(Writing(code), options, TimeProvider.System)
            .RunAsync(new Conversation(session), "Go", Cancel))
        {
            read.Add(happened);
        }

        Assert.Equal((3, 3), (asked.Count, _paid.Count));
        Assert.DoesNotContain(-1, asked);
        Assert.All(read.OfType<ApprovalRequested>(), request => Assert.Equal(code, request.Code));
        foreach (var number in read.OfType<ApprovalRequested>().Select(request => request.Call))
        {
            int[] order =
            [
                read.FindIndex(happened => happened is CellOutput(ToolCalled call) && call.Call == number),
                read.FindIndex(happened => happened is ApprovalRequested request && request.Call == number),
                read.FindIndex(happened => happened is ApprovalAnswered answered && answered.Call == number),
                read.FindIndex(happened => happened is CellOutput(ToolReturned returned) && returned.Call == number),
            ];
            Assert.Equal(order.Order(), order);
        }
    }

    [Fact]
    public async Task A_policy_asks_by_name_by_argument_and_by_cost()
    {
        var asked = new List<string>();
        var options = new AgentOptions
        {
            Approval = new ApprovalPolicy
            {
                Rules = [new ApprovalRule("no*", new Dictionary<string, string> { ["word"] = "^secret" })],
                Cost = call => call.Arguments.TryGetProperty("word", out var word) ? word.GetString()!.Length : 0,
                CostFrom = 20,
            },
            Approver = (request, _) =>
            {
                asked.Add(request.Arguments);
                return Task.FromResult<ApprovalAnswer>(new Denied("no"));
            },
        };
        await using var session = await FreshAsync();
        var code = "for word in ['plain', 'secret one', 'x' * 20]:\n    try:\n        note(word)\n    except ToolError as no:\n        print(no)";

        await new Agent(Writing(code), options, TimeProvider.System).RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);

        Assert.Equal(["""{"word":"secret one"}""", """{"word":"xxxxxxxxxxxxxxxxxxxx"}"""], asked);
        Assert.Equal(["plain"], _paid);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("text")]
    public async Task A_call_by_name_waits_too_and_goes_on_from_its_log(string mode)
    {
        var said = mode == "json" ? """Action: {"tool": "pay", "args": {"to": "Ann", "amount": 5}} End Action""" : "Action: pay, Ann, 5 End Action";
        var options = new AgentOptions { Mode = ActionMode.Named(mode), Approver = (_, _) => Task.FromResult<ApprovalAnswer>(new Undecided()) };
        await using var session = await FreshAsync();
        var events = await new Agent(new ScriptedModel(said).AsModel(), options, TimeProvider.System)
            .RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);

        Assert.Equal(StopReason.ApprovalPending, Assert.IsType<RunEnded>(events[^1]).Reason);
        Assert.Empty(_paid);

        await using var later = await FreshAsync();
        var went = await ContinueAsync(events, later, options with { Approver = Yes }, "Answer: Paid.");

        Assert.Equal(["Ann 5"], _paid);
        Assert.Equal("Paid.", Assert.IsType<RunEnded>(went[^1]).Answer!.Replace("Answer: ", ""));
    }

    [Fact]
    public async Task Killed_at_any_event_after_the_request_the_run_goes_on_and_nothing_is_called_twice()
    {
        var options = new AgentOptions { Approver = (_, _) => Task.FromResult<ApprovalAnswer>(new Undecided()) };
        await using var session = await FreshAsync();
        var events = await new Agent(
                Writing("x = 1", "y = note('a')\nz = pay('Ann', x)\nprint(x, y, z)"), options, TimeProvider.System)
            .RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);
        var asked = events.FindIndex(happened => happened is ApprovalRequested);
        await using var second = await FreshAsync();
        var twice = (List<AgentEvent>)[.. events[..(asked + 1)], .. await ContinueAsync(events[..(asked + 1)], second, options, "Done.")];
        Assert.Equal(["a"], _paid);

        foreach (var log in (List<AgentEvent>[])[events[..(asked + 1)], events, .. Enumerable.Range(asked + 2, twice.Count - asked - 1).Select(at => twice[..at])])
        {
            _paid.Clear();
            await using var fresh = await FreshAsync();
            var went = await ContinueAsync(log, fresh, options with { Approver = Yes }, "Done.");

            Assert.Equal(["Ann 1"], _paid);
            Assert.Contains("1 a Ann 1", went.OfType<CellFinished>().Single().Observation);
            var whole = (List<AgentEvent>)[.. log, .. went];
            var user = Transcript.Of(whole, ChatRole.User);
            Assert.Equal(2, user.Count(message => message.Role == ChatRole.User && message.Text.StartsWith("Execution", StringComparison.Ordinal)));
            Assert.Null(PendingApproval.Of(whole));
            await using var third = await FreshAsync();
            Assert.Equal([1, 2], (await Rebuild.RunAsync(whole, third, _limit, Cancel)).Cells);
        }
    }

    [Fact]
    public async Task Without_anybody_to_ask_the_call_is_refused()
    {
        await using var session = await FreshAsync();

        var events = await new Agent(Writing("pay('Ann', 1)"), new AgentOptions(), TimeProvider.System)
            .RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);

        Assert.Contains("nobody is there to ask", events.OfType<CellFinished>().Single().Observation);
        Assert.Empty(_paid);
    }

    private static Task<ApprovalAnswer> Yes(ApprovalRequested request, CancellationToken cancellationToken) =>
        Task.FromResult<ApprovalAnswer>(new Approved());

    private static CodeAct.Models.Model Writing(params string[] cells) =>
        new ScriptedModel([.. cells.Select(code => $"<execute>\n{code}\n</execute>"), "Done."]).AsModel();

    private static async Task<List<AgentEvent>> ContinueAsync(
        List<AgentEvent> events, IPythonSession session, AgentOptions options, string reply)
    {
        var paused = await PendingApproval.Of(events)!.RebuildAsync(session, _limit, Cancel);
        var model = new ScriptedModel(reply).AsModel();
        return await new Agent(model, options, TimeProvider.System)
            .ContinueAsync(Transcript.Continue(paused, model, session), paused, Cancel)
            .ToListAsync(Cancel);
    }

    private async Task<IPythonSession> FreshAsync()
    {
        var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        session.Tools = Tools;
        return session;
    }

    private string Note(string what)
    {
        lock (_paid)
        {
            _paid.Add(what);
            return what;
        }
    }

    /// <summary>A call that waits, as for a person, until another call has come.</summary>
    private sealed class Waiting(TaskCompletionSource until) : IToolHost
    {
        public ReadOnlyMemory<byte> Definitions { get; } = """[{"name": "wait"}, {"name": "burnt"}]"""u8.ToArray();

        public async Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken)
        {
            if (wanted.Name == "burnt")
            {
                until.SetResult();
            }
            else
            {
                using var wait = wanted.Clocks!.Begin();
                await until.Task.WaitAsync(cancellationToken);
            }

            return new ToolValue(System.Text.Json.JsonSerializer.SerializeToElement(0));
        }
    }
}
