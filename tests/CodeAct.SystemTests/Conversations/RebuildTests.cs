using CodeAct.Agents;
using CodeAct.Conversations.Replay;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.SystemTests.Tools;
using CodeAct.Testing;
using CodeAct.Tools;

namespace CodeAct.SystemTests.Conversations;

/// <summary>Conversations that really ran, rebuilt in other sessions.</summary>
public sealed class RebuildTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Variables_functions_imports_and_files_are_there_again()
    {
        var events = await RunAsync(
            (ToolSet?)null,
            "import math\nx = [1, 2]",
            "def f(n):\n    return n * math.e\nopen('a.txt', 'w').write('kept')",
            "1 / 0",
            "x.append(3); object()");
        await using var session = await FreshAsync();

        var rebuilt = await Rebuild.RunAsync(events, session, _limit, Cancel);

        Assert.Empty(rebuilt.Notes);
        Assert.Equal([1, 2, 3, 4], rebuilt.Cells);
        Assert.Equal("([1, 2, 3], 5, 'kept', 'Go')", await ValueAsync(session, "x, round(f(2)), open('a.txt').read(), task"));
    }

    [Fact]
    public async Task What_comes_out_otherwise_is_told_with_its_cell_and_line()
    {
        var events = await RunAsync((ToolSet?)null, "y = 1", "import uuid\nprint('same')\nprint(uuid.uuid4())", "print(y)");
        await using var session = await FreshAsync();

        var rebuilt = await Rebuild.RunAsync(events, session, _limit, Cancel);

        Assert.Matches(@"^Cell 2 came out otherwise: line 2 was '[0-9a-f-]{36}' and is now '[0-9a-f-]{36}'\.$", Assert.Single(rebuilt.Notes));
        Assert.Equal([1, 2, 3], rebuilt.Cells);
    }

    [Fact]
    public async Task Tools_are_answered_from_the_log_and_never_called()
    {
        var paid = 0;
        var tools = new ToolSet(
            HostTools.Function("pay", (string to, int amount) => $"{to} has {Interlocked.Add(ref paid, amount)}"),
            HostTools.Function("photo", () => (byte[])[1, 2, 255]),
            HostTools.Function("fail", string () => throw new InvalidOperationException("no")));
        var events = await RunAsync(
            tools,
            "receipt = pay('Ann', 5)\nreceipt",
            "both = [pay('Bob', 1), pay('Bob', 1)]; both",
            "data = photo(); data",
            "try:\n    fail()\nexcept ToolError as error:\n    print(error)");
        Assert.Equal(7, paid);

        foreach (var today in (ToolSet?[])[tools, null])
        {
            await using var session = await FreshAsync();
            session.Tools = today;

            var rebuilt = await Rebuild.RunAsync(events, session, _limit, Cancel);

            Assert.Empty(rebuilt.Notes);
            Assert.Equal((7, 4), (paid, rebuilt.Cells.Count));
            Assert.Same(today, session.Tools);
            Assert.Equal(@"('Ann has 5', ['Bob has 6', 'Bob has 7'], b'\x01\x02\xff')", await ValueAsync(session, "receipt, both, data"));
        }
    }

    [Fact]
    public async Task A_call_that_was_not_recorded_is_refused_and_one_that_is_not_made_again_is_told()
    {
        var paid = 0;
        var tools = new ToolSet(HostTools.Function("pay", (double amount) => paid++));
        var events = await RunAsync(tools, "import time\npay(time.time())");
        await using var session = await FreshAsync();
        session.Tools = tools;

        var rebuilt = await Rebuild.RunAsync(events, session, _limit, Cancel);

        Assert.Equal(1, paid);
        Assert.Contains(rebuilt.Notes, note => note.StartsWith("Cell 1 called pay(", StringComparison.Ordinal));
        Assert.Contains(rebuilt.Notes, note => note.StartsWith("Cell 1 did not call pay(", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cell_that_was_cut_off_is_not_run_again_and_what_it_did_is_told_to_be_missing()
    {
        var events = await RunAsync((ToolSet?)null, "z = 1", "z = 2\nwhile True: pass", "print(z)");
        await using var session = await FreshAsync();

        var rebuilt = await Rebuild.RunAsync(events, session, _limit, Cancel);

        Assert.Equal([1, 3], rebuilt.Cells);
        Assert.StartsWith("Cell 2 was not run again, for it had been cut off (", rebuilt.Notes[0]);
        Assert.Equal("Cell 3 came out otherwise: line 1 was '2' and is now '1'.", rebuilt.Notes[1]);
    }

    [Fact]
    public async Task After_a_death_only_what_outlived_it_is_rebuilt()
    {
        await using var dying = await local.Engine.CreateSessionAsync(
            new SessionOptions { Checkpoints = new CheckpointOptions { Automatic = false } }, Cancel);
        var events = await RunAsync(dying, "gone = 1\nopen('early.txt', 'w').write('x')", "import os; os._exit(3)", "kept = 2");
        await using var session = await FreshAsync();

        var rebuilt = await Rebuild.RunAsync(events, session, _limit, Cancel);

        Assert.Equal([3], rebuilt.Cells);
        Assert.Contains("early.txt", Assert.Single(rebuilt.Notes));
        Assert.Equal("(2, False)", await ValueAsync(session, "kept, 'gone' in globals()"));
    }

    [Fact]
    public async Task After_a_death_that_a_checkpoint_made_good_its_cells_are_rebuilt()
    {
        await using var other = await FreshAsync();
        var first = await RunAsync(other, "a = 1");
        await other.CheckpointAsync(Cancel);
        var second = await RunAsync(other, "b = 2\nimport os; os._exit(3)", "c = 3");
        await using var session = await FreshAsync();

        var rebuilt = await Rebuild.RunAsync([.. first, .. second], session, _limit, Cancel);

        Assert.Equal([1, 3], rebuilt.Cells);
        Assert.Equal("(1, 3, False)", await ValueAsync(session, "a, c, 'b' in globals()"));
    }

    [Fact]
    public async Task Files_that_the_user_gave_are_asked_for_by_name()
    {
        await using var first = await FreshAsync();
        await File.WriteAllTextAsync(Path.Combine(first.Workspace.Root, "given.csv"), "1", Cancel);
        var events = await RunAsync(first, "open(files[0]).read()");
        await using var without = await FreshAsync();
        await using var with = await FreshAsync();
        await File.WriteAllTextAsync(Path.Combine(with.Workspace.Root, "given.csv"), "1", Cancel);

        var missing = await Rebuild.RunAsync(events, without, _limit, Cancel);
        var whole = await Rebuild.RunAsync(events, with, _limit, Cancel);

        Assert.Contains("given.csv", missing.Notes[0]);
        Assert.Empty(whole.Notes);
    }

    [Fact]
    public async Task Files_of_the_host_are_copied_again_while_they_are_the_same_also_for_a_run_without_cells()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("codeact-given-").FullName, "given.csv");
        await File.WriteAllTextAsync(file, "1", Cancel);
        await using var first = await FreshAsync();
        await first.Workspace.AddFileAsync(file, Cancel);
        var events = await RunAsync(first);
        await using var same = await FreshAsync();
        await using var changed = await FreshAsync();

        var whole = await Rebuild.RunAsync(events, same, _limit, Cancel);
        await File.WriteAllTextAsync(file, "2", Cancel);
        var missing = await Rebuild.RunAsync(events, changed, _limit, Cancel);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        Assert.Empty(whole.Notes);
        Assert.Equal("('1', ['given.csv'])", await ValueAsync(same, "open('given.csv').read(), files"));
        Assert.StartsWith("Missing: given.csv.", Assert.Single(missing.Notes));
        Assert.Empty(changed.Workspace.Files());
    }

    [Fact]
    public async Task At_every_event_the_interpreter_has_the_state_of_that_moment()
    {
        var events = await RunAsync((ToolSet?)null, "seen = [1]", "print('two')\nseen.append(2)", "1 / 0", "seen.append(3); seen");

        for (var at = 1; at <= events.Count; at++)
        {
            var part = events.Take(at).ToList();
            var ended = part.OfType<CellFinished>().Count();
            var cutOff = part.OfType<CellStarted>().Count() - ended;
            await using var session = await FreshAsync();

            var rebuilt = await Rebuild.RunAsync(part, session, _limit, Cancel);

            Assert.Equal(Enumerable.Range(1, ended), rebuilt.Cells);
            Assert.Equal(cutOff, rebuilt.Notes.Count);
            var seen = string.Join(", ", Enumerable.Range(1, ended < 3 ? ended : ended - 1));
            Assert.Equal($"[{seen}]", await ValueAsync(session, "globals().get('seen', [])"));
        }
    }

    private static async Task<string> ValueAsync(IPythonSession session, string code) => (await session.RunAsync(code)).Result.PlainText;

    private Task<IPythonSession> FreshAsync() => local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);

    private async Task<List<AgentEvent>> RunAsync(ToolSet? tools, params string[] cells)
    {
        await using var session = await FreshAsync();
        session.Tools = tools;
        return await RunAsync(session, cells);
    }

    private static async Task<List<AgentEvent>> RunAsync(IPythonSession session, params string[] cells)
    {
        var model = new ScriptedModel([.. cells.Select(code => $"<execute>\n{code}\n</execute>"), "Done."]).AsModel();
        var agent = new Agent(model, new AgentOptions { CellTimeout = TimeSpan.FromSeconds(2) }, TimeProvider.System);
        return await agent.RunAsync(new Conversation(session), "Go", Cancel).ToListAsync(Cancel);
    }
}
