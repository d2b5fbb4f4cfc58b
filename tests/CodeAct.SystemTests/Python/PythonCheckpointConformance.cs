using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>Checkpoints and rollbacks: what they hold, what they refuse, and how a session goes on after a kill.</summary>
public abstract class PythonCheckpointConformance : PythonBudgetConformance
{
    [Fact]
    public async Task A_rollback_takes_variables_and_files_back()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("x = [1]; open('kept.txt', 'w').write('before'); open('gone.txt', 'w').write('old')");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        await session.RunAsync(
            "import os; x.append(2); y = 3; open('kept.txt', 'a').write(' after'); os.remove('gone.txt'); os.mkdir('new'); open('new/f', 'w').write('n')");
        await session.RollbackAsync(checkpoint, Cancelled);

        var after = await session.RunAsync("(x, 'y' in globals(), open('kept.txt').read(), open('gone.txt').read(), sorted(f for f in os.listdir() if f[0] != '.'))");
        Assert.Equal("error NameError|ended Raised", after.Order); // os was imported after the checkpoint
        after = await session.RunAsync("import os; (x, 'y' in globals(), open('kept.txt').read(), open('gone.txt').read(), sorted(f for f in os.listdir() if f[0] != '.'))");
        Assert.Equal("result ([1], False, 'before', 'old', ['gone.txt', 'kept.txt'])|ended Ok", after.Order);
    }

    [Fact]
    public async Task A_session_goes_back_to_any_of_its_checkpoints_and_forth_again()
    {
        await using var session = await CreateAsync(_onDemand);
        var checkpoints = new List<Checkpoint>();
        for (var number = 0; number < 4; number++)
        {
            await session.RunAsync($"n = {number}; open('n', 'w').write(str(n))");
            checkpoints.Add(await session.CheckpointAsync(Cancelled));
        }

        foreach (var number in (int[])[1, 3, 0, 2, 2])
        {
            await session.RollbackAsync(checkpoints[number], Cancelled);
            Assert.Equal($"result ({number}, '{number}')|ended Ok", (await session.RunAsync("(n, open('n').read())")).Order);
            await session.RunAsync("n = 'other'; open('n', 'w').write('other')");
        }

        Assert.Equal(checkpoints, session.Checkpoints);
    }

    [Fact]
    public async Task A_rollback_finds_room_for_files_where_deleted_ones_are_still_open()
    {
        await using var session = await CreateAsync(
            new SessionOptions { Checkpoints = _onDemand, Limits = new SessionLimits { WorkspaceBytes = 20 << 20 } });
        await session.RunAsync("import os; open('a', 'wb').write(b'a' * (12 << 20)); os.mkdir('gaps'); open('gaps/b', 'wb').truncate(1 << 26)");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        await session.RunAsync("f = open('a'); os.remove('a'); open('c', 'wb').write(b'c' * (7 << 20)); open('gaps/b', 'r+b').write(b'b')");
        await session.RollbackAsync(checkpoint, Cancelled);
        var after = await session.RunAsync(
            "(open('a', 'rb').read() == b'a' * (12 << 20), os.path.exists('c'), os.stat('gaps/b').st_size, os.stat('gaps/b').st_blocks, any(open('gaps/b', 'rb').read()))");
        Assert.Equal("result (True, False, 67108864, 0, False)|ended Ok", after.Order);
    }

    [Fact]
    public async Task A_fork_that_would_be_a_process_too_many_is_refused_and_says_so()
    {
        await using var session = await CreateAsync(new SessionOptions { Checkpoints = _onDemand, Limits = new SessionLimits { Processes = 6 } });
        await session.RunAsync("x = 5");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        var branches = new Stack<IPythonSession>();
        var refused = await Assert.ThrowsAsync<CheckpointException>(async () =>
        {
            while (branches.Count < 10)
            {
                branches.Push(await session.ForkAsync(checkpoint, Cancelled));
            }
        });
        Assert.Contains("The system gave it no process (", refused.Message, StringComparison.Ordinal);
        await branches.Pop().DisposeAsync();
        branches.Push(await session.ForkAsync(checkpoint, Cancelled));
        foreach (var live in branches.Append(session))
        {
            Assert.Equal("result 5|ended Ok", (await live.RunAsync("x")).Order);
        }

        foreach (var branch in branches)
        {
            await branch.DisposeAsync();
        }
    }

    [Fact]
    public async Task Only_so_many_checkpoints_are_kept_and_the_oldest_goes_first()
    {
        await using var session = await CreateAsync(new CheckpointOptions { Automatic = false, Most = 3 });
        var checkpoints = new List<Checkpoint>();
        for (var number = 0; number < 5; number++)
        {
            checkpoints.Add(await session.CheckpointAsync(Cancelled));
        }

        Assert.Equal(checkpoints[2..], session.Checkpoints);
        Assert.True(session.CheckpointBytes > 0);
        var gone = await Assert.ThrowsAsync<CheckpointException>(() => session.RollbackAsync(checkpoints[0], Cancelled));
        Assert.Contains("Checkpoint 1 is not there any more", gone.Message, StringComparison.Ordinal);
        await session.RollbackAsync(checkpoints[2], Cancelled);
        Assert.Equal("result 2|ended Ok", (await session.RunAsync("1+1")).Order);
    }

    [Fact]
    public async Task A_file_that_was_being_read_is_read_on_from_the_same_place()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("open('f', 'w').write('abcdef'); f = open('f'); w = open('w', 'w'); w.write('1')\nfirst = f.buffer.raw.read(2)");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        await session.RunAsync("f.buffer.raw.read(); w.write('2'); w.close()");
        await session.RollbackAsync(checkpoint, Cancelled);
        Assert.Equal("result ('ab', 'cdef')|ended Ok", (await session.RunAsync("(first.decode(), f.buffer.raw.read().decode())")).Order);
        Assert.Equal("result '13'|ended Ok", (await session.RunAsync("w.write('3'); w.close(); open('w').read()")).Order);
    }

    [Fact]
    public async Task Pipes_and_sockets_of_a_checkpoint_fail_when_they_are_used()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("import os, socket; r, w = os.pipe(); a, b = socket.socketpair(); os.write(w, b'x'); a.send(b'x')");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        Assert.Equal("result (b'x', b'x')|ended Ok", (await session.RunAsync("(os.read(r, 1), b.recv(1))")).Order);
        await session.RollbackAsync(checkpoint, Cancelled);
        foreach (var use in (string[])["os.read(r, 1)", "os.write(w, b'x')", "a.send(b'x')", "b.recv(1)"])
        {
            Assert.Contains("Bad file descriptor", (await session.RunAsync(use)).Error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("ended Ok", (await session.RunAsync("a.close(); b.close(); os.close(r); os.close(w)")).Order);
    }

    [Fact]
    public async Task The_same_random_numbers_are_drawn_again()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("import random, numpy as np");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        const string Draw = "(random.random(), np.random.rand(), id(random))";
        var first = await session.RunAsync(Draw);
        await session.RollbackAsync(checkpoint, Cancelled);
        Assert.Equal(first.Order, (await session.RunAsync(Draw)).Order);
    }

    [Fact]
    public async Task Children_of_the_time_of_a_checkpoint_count_as_killed_and_none_runs_on()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("import subprocess, os; child = subprocess.Popen(['sleep', '100'])");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        await session.RunAsync("others = [subprocess.Popen(['sh', '-c', 'setsid sleep 100 & setsid sleep 100 & wait']) for _ in range(3)]");
        await session.RollbackAsync(checkpoint, Cancelled);
        Assert.Equal("result -9|ended Ok", (await session.RunAsync("child.wait(1)")).Order);
        var left = await session.RunAsync("!grep -sL zombie /proc/[0-9]*/status | xargs grep -sh Name");
        Assert.DoesNotContain("sleep", left.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_with_a_running_thread_is_not_kept_and_goes_on()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("import threading; stop = threading.Event(); t = threading.Thread(target=stop.wait, name='waiter'); t.start()");
        var refused = await Assert.ThrowsAsync<CheckpointException>(() => session.CheckpointAsync(Cancelled));
        Assert.Contains("threads are running (waiter)", refused.Message, StringComparison.Ordinal);
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("stop.set(); t.join(); 1")).Order);
        await session.CheckpointAsync(Cancelled);
    }

    [Fact]
    public async Task Awaiting_plotting_and_shell_commands_go_on_after_a_rollback()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("import asyncio, matplotlib.pyplot as plt; await asyncio.sleep(0.01); plt.plot([1, 2]); figure = plt.gcf(); plt.close()");
        await session.RunAsync("print('text', end='')");
        var checkpoint = await session.CheckpointAsync(Cancelled);
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("result 5|ended Ok", (await session.RunAsync("await asyncio.sleep(0.01, 5)")).Order);
            Assert.Equal("out on|ended Ok", (await session.RunAsync("!echo on")).Order);
            Assert.Contains("image/png", (await session.RunAsync("figure")).Result.Data.Keys);
            Assert.Equal("out more|ended Ok", (await session.RunAsync("print('more', end='')")).Order);
            await session.RollbackAsync(checkpoint, Cancelled);
        }
    }

    [Fact]
    public async Task After_a_kill_the_variables_are_those_from_before_the_cell()
    {
        await using var session = await CreateAsync(new CheckpointOptions());
        await session.RunAsync("import time, os; x = 1; time.sleep(0.03)");
        var died = await session.RunAsync("x = 2; open('left.txt', 'w').write('here'); os._exit(3)");
        Assert.Equal(CellStatus.Died, died.Status);
        Assert.Contains("exit code 3; variables are those from before that cell, files are as it left them", died.Ended.Reason, StringComparison.Ordinal);
        var next = await session.RunAsync("(x, open('left.txt').read())");
        Assert.NotNull(Assert.IsType<InterpreterRestarted>(next.Events[0]).From);
        Assert.Equal("restarted|result (1, 'here')|ended Ok", next.Order);

        died = await session.RunAsync("import ctypes; ctypes.string_at(0)");
        Assert.Contains("SIGSEGV", died.Ended.Reason, StringComparison.Ordinal);
        Assert.Equal("restarted|result 1|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task After_a_rollback_and_a_kill_it_goes_on_from_where_it_was_taken_back_to()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("x = 'early'");
        var early = await session.CheckpointAsync(Cancelled);
        await session.RunAsync("x = 'late'");
        var late = await session.CheckpointAsync(Cancelled);
        await session.RollbackAsync(early, Cancelled);
        await session.RunAsync("import os; os._exit(1)");

        var after = await session.RunAsync("x");
        Assert.Equal("restarted|result 'early'|ended Ok", after.Order);
        Assert.Equal(early, Assert.IsType<InterpreterRestarted>(after.Events[0]).From);
        Assert.Equal([early, late], session.Checkpoints);
        await session.RollbackAsync(late, Cancelled);
        Assert.Equal("result 'late'|ended Ok", (await session.RunAsync("x")).Order);
    }

    [Fact]
    public async Task Checkpoints_are_no_children_that_code_waits_for()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.CheckpointAsync(Cancelled);
        var waited = await session.RunAsync("import os\nif os.fork() == 0: os._exit(4)\n(os.waitstatus_to_exitcode(os.wait()[1]), os.wait())");
        Assert.Equal("error ChildProcessError|ended Raised", waited.Order);
    }

    [Fact]
    public async Task A_session_that_kills_its_checkpoints_loses_them_and_nothing_else()
    {
        await using var session = await CreateAsync(_onDemand);
        var checkpoint = await session.CheckpointAsync(Cancelled);
        await session.RunAsync("import os, signal; children = open(f'/proc/self/task/{os.getpid()}/children').read().split()\nfor c in children: os.kill(int(c), 9); os.waitpid(int(c), 0x40000000)");
        var gone = await Assert.ThrowsAsync<CheckpointException>(() => session.RollbackAsync(checkpoint, Cancelled));
        Assert.Contains("is not there any more", gone.Message, StringComparison.Ordinal);
        Assert.Equal("result 2|ended Ok", (await session.RunAsync("1+1")).Order);
    }

    [Fact]
    public async Task Every_file_comes_back_as_it_was_whatever_it_was()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("""
            import os, stat
            os.makedirs('a/b/c'); open('a/b/c/deep', 'w').write('deep'); os.symlink('/etc/passwd', 'link'); os.symlink('a', 'dirlink')
            open('mode', 'w').close(); os.chmod('mode', 0o640); os.utime('mode', (1e9, 1e9)); os.mkdir('empty'); open('big', 'wb').write(os.urandom(1 << 20))
            def tree():
                return sorted((os.path.join(d, n), oct(os.lstat(os.path.join(d, n)).st_mode), os.lstat(os.path.join(d, n)).st_uid == os.getuid(),
                    os.path.islink(os.path.join(d, n)) and os.readlink(os.path.join(d, n)) or os.path.isfile(os.path.join(d, n)) and hash(open(os.path.join(d, n), 'rb').read()))
                    for d, ds, fs in os.walk('.') for n in ds + fs)
            before = tree()
            """);
        var checkpoint = await session.CheckpointAsync(Cancelled);
        foreach (var damage in (string[])[
            "import shutil; shutil.rmtree('a'); os.remove('link'); os.mkdir('link'); os.remove('dirlink'); os.mkfifo('dirlink')",
            "os.chmod('mode', 0o777); os.rmdir('empty'); open('empty', 'w').close(); open('big', 'r+b').write(b'x')",
            "t = os.stat('big'); f = open('big', 'r+b'); f.write(b'y'); f.close(); os.utime('big', ns=(t.st_atime_ns, t.st_mtime_ns)); os.rename('a/b', 'b')",
            "[open(f'new{n}', 'w').write('x') for n in range(50)]; os.chmod('a', 0); os.symlink('..', 'up')"])
        {
            Assert.Equal("Ok", (await session.RunAsync(damage)).Status.ToString());
            await session.RollbackAsync(checkpoint, Cancelled);
            Assert.Equal("result True|ended Ok", (await session.RunAsync("tree() == before")).Order);
        }

        Assert.Equal("result 1000000000.0|ended Ok", (await session.RunAsync("os.stat('mode').st_mtime")).Order);
    }

    [Fact]
    public async Task A_fork_has_the_same_state_and_each_goes_its_own_way()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.SetVariableAsync("given", System.Text.Json.Nodes.JsonValue.Create("task"), Cancelled);
        await session.RunAsync("import os; x = [1]; open('f', 'w').write('both'); os.mkdir('d'); open('d/g', 'w').write('g')");
        var branch = await session.ForkAsync(null, Cancelled);
        try
        {
            await session.RunAsync("x.append('original'); open('f', 'w').write('original')");
            await branch.RunAsync("x.append('branch'); open('f', 'a').write(' and branch')");
            const string Look = "(x, given, open('f').read(), open('d/g').read(), os.getcwd() == os.environ['HOME'])";
            Assert.Equal("result ([1, 'original'], 'task', 'original', 'g', True)|ended Ok", (await session.RunAsync(Look)).Order);
            Assert.Equal("result ([1, 'branch'], 'task', 'both and branch', 'g', True)|ended Ok", (await branch.RunAsync(Look)).Order);
            Assert.Equal(["d/g", "f"], branch.Workspace.Files());

            var twig = await branch.ForkAsync(null, Cancelled);
            await branch.DisposeAsync();
            Assert.Equal("result ([1, 'branch'], 'task', 'both and branch', 'g', True)|ended Ok", (await twig.RunAsync(Look)).Order);
            Assert.Equal("ended Died", (await twig.RunAsync("os._exit(1)")).Order);
            Assert.Equal("restarted|result 'both and branch'|ended Ok", (await twig.RunAsync("open('f').read()")).Order);
            await twig.DisposeAsync();
            Assert.Equal("result 2|ended Ok", (await session.RunAsync("1+1")).Order);
        }
        finally
        {
            await branch.DisposeAsync();
        }

        Assert.False(Directory.Exists(branch.Workspace.Root));
    }

    [Fact]
    public async Task A_branch_that_lost_its_interpreter_can_be_forked()
    {
        await using var session = await CreateAsync(_onDemand);
        await using var branch = await session.ForkAsync(null, Cancelled);
        await branch.RunAsync("import os; os._exit(1)");
        var lost = await branch.RunAsync("import os; open('f', 'w').write('alone'); x = 1");
        Assert.Null(Assert.IsType<InterpreterRestarted>(lost.Events[0]).From);
        await using var twig = await branch.ForkAsync(null, Cancelled);
        const string Look = "x, open('f').read(), os.getcwd() == os.environ['HOME']";
        Assert.Equal("result (1, 'alone', True)|ended Ok", (await twig.RunAsync(Look)).Order);
    }

    [Fact]
    public async Task A_branch_outlives_the_session_that_it_was_forked_from_and_cannot_reach_its_files()
    {
        var session = await CreateAsync(_onDemand);
        await session.RunAsync("import os; x = 1; secret = os.path.abspath('secret')");
        await using var branch = await session.ForkAsync(null, Cancelled);
        await using var other = await session.ForkAsync(session.Checkpoints[^1], Cancelled);
        await session.RunAsync("open(secret, 'w').write('s')");
        await other.RunAsync("open('theirs', 'w').write('t')");
        foreach (var path in (string[])["secret", $"'{other.Workspace.Root}/theirs'", "os.path.dirname(os.path.dirname(os.getcwd()))"])
        {
            var refused = await branch.RunAsync($"open({path}) if os.path.isfile({path}) else os.listdir({path})");
            Assert.Contains(refused.Error.Name, (string[])["PermissionError", "FileNotFoundError"]);
        }

        await session.DisposeAsync();
        Assert.Equal("result (1, [])|ended Ok", (await branch.RunAsync("(x, [f for f in os.listdir() if f[0] != '.'])")).Order);
        var again = await branch.CheckpointAsync(Cancelled);
        await branch.RunAsync("x = 2; open('new', 'w').write('n')");
        await branch.RollbackAsync(again, Cancelled);
        Assert.Equal("result (1, [])|ended Ok", (await branch.RunAsync("(x, [f for f in os.listdir() if f[0] != '.'])")).Order);
    }

    [Fact]
    public async Task A_cell_can_be_tried_and_thrown_away_or_kept()
    {
        await using var session = await CreateAsync(_onDemand);
        await session.RunAsync("x = 1");
        var trial = await session.IsolatedTryAsync(new Cell("x = 2; open('made', 'w').write('m'); x"), Cancelled);
        Assert.Equal("2", trial.Events.OfType<ExecuteResult>().Single().Data.PlainText);
        await trial.DiscardAsync(Cancelled);
        Assert.Equal("result (1, False)|ended Ok", (await session.RunAsync("import os; (x, os.path.exists('made'))")).Order);
        await session.IsolatedTryAsync(new Cell("x = 3"), Cancelled);
        Assert.Equal("result 3|ended Ok", (await session.RunAsync("x")).Order);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Task<IPythonSession> CreateAsync(CheckpointOptions checkpoints) => CreateAsync(new SessionOptions { Checkpoints = checkpoints });
}
