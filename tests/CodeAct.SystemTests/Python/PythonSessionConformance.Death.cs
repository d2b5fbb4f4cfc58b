using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

public abstract partial class PythonSessionConformance
{
    [Theory]
    [InlineData("import ctypes; ctypes.string_at(0)", "SIGSEGV")]
    [InlineData("import os; os._exit(3)", "exit code 3")]
    [InlineData("import os; os._exit(0)", "exit code 0")]
    [InlineData("import os; os.abort()", "SIG")]
    public async Task Death_is_a_result_that_says_how_and_the_next_cell_runs_in_a_fresh_interpreter(string code, string how)
    {
        await using var session = await CreateAsync();
        await session.RunAsync("x = 1");
        var outcome = await session.RunAsync("print('last words')\n" + code);
        Assert.Equal("out last words|ended Died", outcome.Order);
        Assert.False(outcome.Ended.VariablesKept);
        Assert.Contains(how, outcome.Ended.Reason, StringComparison.Ordinal);
        var next = await session.RunAsync("x");
        Assert.Equal("restarted|error NameError|ended Raised", next.Order);
        Assert.Equal(outcome.Ended.Reason, Assert.IsType<InterpreterRestarted>(next.Events[0]).Reason);
        Assert.Equal("result 2|ended Ok", (await session.RunAsync("1 + 1")).Order);
    }

    [Theory]
    [InlineData("b'!'", "{\"name\":")] // an error that is no JSON
    [InlineData("b'!'", "{\"name\":\"E\"}")]
    [InlineData("b'!'", "{\"name\":null,\"message\":\"\",\"traceback\":\"\"}")]
    [InlineData("b'D'", "null")]
    [InlineData("b'D'", "{\"text/plain\":null}")]
    [InlineData("b'X'", "[1]")]
    [InlineData("b'.'", "")]
    public async Task A_cell_that_writes_frames_of_its_own_to_our_socket_ends_its_session_and_nothing_else(string kind, string payload)
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(Code(
            "import os, stat, struct, time",
            $"payload = {System.Text.Json.JsonSerializer.Serialize(payload)}.encode()",
            $"frame = struct.pack('<IcI', 4 + len(payload), {kind}, 1) + payload",
            "for fd in range(3, 64):",
            "    try:",
            "        if stat.S_ISSOCK(os.fstat(fd).st_mode): os.write(fd, frame)",
            "    except OSError: pass",
            "time.sleep(30)"));
        Assert.Equal(CellStatus.Died, outcome.Status);
        Assert.Equal("restarted|result 2|ended Ok", (await session.RunAsync("1 + 1")).Order);
    }

    [Fact]
    public async Task Files_and_given_variables_outlive_a_death()
    {
        await using var session = await CreateAsync();
        await session.SetVariableAsync("given", JsonValue.Create("task"), TestContext.Current.CancellationToken);
        await session.RunAsync("open('kept.txt', 'w').write('still here')\nimport os; os._exit(1)");
        Assert.Equal("restarted|result ('task', 'still here')|ended Ok", (await session.RunAsync("given, open('kept.txt').read()")).Order);
        await session.RunAsync("open('kept.txt', 'a').write('!')");
    }

    [Fact]
    public async Task A_variable_set_while_the_interpreter_is_dead_is_there_in_the_next()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("import os; os._exit(1)");
        await session.SetVariableAsync("given", 3, TestContext.Current.CancellationToken);
        Assert.Equal("restarted|result 3|ended Ok", (await session.RunAsync("given")).Order);
    }

    [Fact]
    public async Task A_death_between_cells_is_told_with_the_next_cell()
    {
        await using var session = await CreateAsync();
        await session.RunAsync(Code(
            "import threading, os, time",
            "def end():",
            "    while not os.path.exists('go'): time.sleep(0.005)",
            "    open('gone', 'w'); os._exit(5)",
            "threading.Thread(target=end).start()"));
        await File.WriteAllTextAsync(Path.Combine(session.Workspace.Root, "go"), "", TestContext.Current.CancellationToken);
        await Until(() => File.Exists(Path.Combine(session.Workspace.Root, "gone")));
        var outcome = await session.RunAsync("1");
        Assert.True(outcome.IsRestarted || outcome.Status == CellStatus.Died, outcome.Order);
    }

    [Fact]
    public async Task A_session_dies_and_comes_back_many_times()
    {
        await using var session = await CreateAsync();
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal(CellStatus.Died, (await session.RunAsync("import os; os._exit(1)")).Status);
            Assert.Equal("restarted|result 1|ended Ok", (await session.RunAsync("1")).Order);
        }
    }

    [Fact]
    public async Task Too_much_memory_is_an_error_and_the_session_lives()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("x = 1");
        Assert.Equal("MemoryError", (await session.RunAsync("b = bytearray(1 << 40)")).Error.Name);
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task Disposing_while_a_cell_runs_ends_it()
    {
        var session = await CreateAsync();
        await foreach (var shown in session.RunAsync(new Cell("print('on')\nwhile True: pass"), TestContext.Current.CancellationToken))
        {
            if (shown is StreamText)
            {
                _ = session.DisposeAsync().AsTask();
            }
            else
            {
                Assert.Equal(CellStatus.Died, Assert.IsType<CellEnded>(shown).Status);
            }
        }

        await session.DisposeAsync();
        Assert.False(Directory.Exists(session.Workspace.Root));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.RunAsync("1"));
    }
}
