using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

public abstract partial class PythonSessionConformance
{
    [Fact]
    public async Task Text_arrives_while_the_cell_runs()
    {
        await using var session = await CreateAsync();
        var limit = TimeSpan.FromSeconds(20);
        var cell = new Cell("import time, os\nprint('first')\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('second')") { Timeout = limit };
        var text = "";
        await foreach (var shown in session.RunAsync(cell, TestContext.Current.CancellationToken))
        {
            text += (shown as StreamText)?.Text;
            if (text == "first\n")
            {
                // The cell goes on only once its first line has been seen.
                await File.WriteAllTextAsync(
                    Path.Combine(session.Workspace.Root, "go"), "", TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal("first\nsecond\n", text);
    }

    [Fact]
    public async Task Text_without_an_end_of_line_arrives_while_the_cell_runs()
    {
        await using var session = await CreateAsync();
        var cell = new Cell("import time, os\nprint('50 %', end='')\nwhile not os.path.exists('go'): time.sleep(0.01)");
        await foreach (var shown in session.RunAsync(cell, TestContext.Current.CancellationToken))
        {
            if (shown is StreamText)
            {
                await File.WriteAllTextAsync(
                    Path.Combine(session.Workspace.Root, "go"), "", TestContext.Current.CancellationToken);
            }

            Assert.NotEqual(CellStatus.TimedOut, (shown as CellEnded)?.Status);
        }
    }

    [Fact]
    public async Task Stdout_stderr_displays_and_result_keep_their_order()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(Code(
            "import sys",
            "for i in range(3):",
            "    print('o', i)",
            "    print('e', i, file=sys.stderr)",
            "    display(i)",
            "'end'"));
        Assert.Equal(
            "out o 0|err e 0|display 0|out o 1|err e 1|display 1|out o 2|err e 2|display 2|result 'end'|ended Ok", outcome.Order);
    }

    [Fact]
    public async Task Child_processes_and_print_keep_their_order()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(Code(
            "import os, subprocess, sys",
            "for i in range(20):",
            "    print('python', i)",
            "    os.system(f'echo system {i}')",
            "    print('error', i, file=sys.stderr)",
            "    subprocess.run(['echo', f'run {i}'])",
            "    os.write(1, f'write {i}\\n'.encode())",
            "    display(i)"));
        var expected = string.Concat(Enumerable.Range(0, 20).Select(
            i => $"out python {i}/system {i}|err error {i}|out run {i}/write {i}|display {i}|"));
        Assert.Equal(expected + "ended Ok", outcome.Order);
    }

    [Fact]
    public async Task What_native_code_prints_is_shown()
    {
        await using var session = await CreateAsync();
        Assert.Equal("from C\n", (await session.RunAsync("import ctypes\nctypes.CDLL(None).puts(b'from C');")).Stdout);
    }

    [Fact]
    public async Task Bytes_below_the_streams_are_shown_in_place()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(Code(
            "import sys",
            "print('a', end='')",
            "sys.stdout.buffer.write('ü'.encode())",
            "print('b', flush=True)",
            "with open('/dev/stdout', 'w') as f: f.write('c\\n');"));
        Assert.Equal("aüb\nc\n", outcome.Stdout);
    }

    [Fact]
    public async Task A_forked_child_prints_once()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(Code(
            "import os",
            "print('before', end=' ')",
            "pid = os.fork()",
            "if pid == 0:",
            "    print('child', end=' ')",
            "    os._exit(0)",
            "os.waitpid(pid, 0)",
            "print('parent')"));
        Assert.Equal("before child parent\n", outcome.Stdout);
    }

    [Fact]
    public async Task A_cell_may_close_the_descriptors_below_its_streams()
    {
        await using var session = await CreateAsync();
        Assert.Equal("out seen|ended Ok", (await session.RunAsync("import os, time\nos.close(1); os.close(2); time.sleep(0.05); print('seen')")).Order);
        Assert.Equal("result 1|ended Ok", (await session.RunAsync("1")).Order);
    }

    [Fact]
    public async Task Threads_print_into_the_cell_that_waits_for_them()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(Code(
            "import threading",
            "threads = [threading.Thread(target=print, args=(i,)) for i in range(10)]",
            "for t in threads: t.start()",
            "for t in threads: t.join()"));
        Assert.Equal("0123456789", string.Concat(outcome.Stdout.Where(char.IsDigit).Order()));
    }

    [Fact]
    public async Task Text_of_a_thread_that_an_earlier_cell_left_is_marked_as_such()
    {
        await using var session = await CreateAsync();
        await session.RunAsync(Code(
            "import threading",
            "go, done = threading.Event(), threading.Event()",
            "def late():",
            "    go.wait(); print('late'); done.set()",
            "threading.Thread(target=late).start()"));
        var outcome = await session.RunAsync("go.set(); done.wait(); print('now')");
        Assert.Equal(
            [("late\n", true), ("now\n", false)],
            outcome.Events.OfType<StreamText>().Select(piece => (piece.Text, piece.FromEarlierCell)));
    }

    [Fact]
    public async Task What_a_process_left_behind_writes_between_cells_is_shown_with_the_next()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("import subprocess\np = subprocess.Popen('while [ ! -e go ]; do sleep 0.01; done; echo late; touch done', shell=True)");
        await File.WriteAllTextAsync(Path.Combine(session.Workspace.Root, "go"), "", TestContext.Current.CancellationToken);
        await Until(() => File.Exists(Path.Combine(session.Workspace.Root, "done")));
        var outcome = await session.RunAsync("print('now')");
        Assert.Equal(
            [("late\n", true), ("now\n", false)],
            outcome.Events.OfType<StreamText>().Select(piece => (piece.Text, piece.FromEarlierCell)));
    }

    [Fact]
    public async Task A_megabyte_in_one_piece_and_in_lines_arrives_whole()
    {
        await using var session = await CreateAsync();
        Assert.Equal(new string('x', 1 << 20) + "\n", (await session.RunAsync("print('x' * (1 << 20))")).Stdout);
        var lines = await session.RunAsync("for i in range(1 << 16): print(f'{i:015}')");
        Assert.Equal(string.Concat(Enumerable.Range(0, 1 << 16).Select(i => $"{i:D15}\n")), lines.Stdout);
    }

    [Fact]
    public async Task A_megabyte_of_a_child_process_arrives_whole()
    {
        await using var session = await CreateAsync();
        Assert.Equal(new string('z', 1 << 20), (await session.RunAsync("!head -c 1048576 /dev/zero | tr '\\0' z")).Stdout);
    }

    [Fact]
    public async Task Characters_split_between_two_writes_of_a_child_are_whole()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync(Code(
            "import os, time",
            "for byte in 'ü☂𝄞'.encode():",
            "    os.write(1, bytes([byte])); time.sleep(0.002)"));
        Assert.Equal("ü☂𝄞", outcome.Stdout);
    }

    [Fact]
    public async Task Text_that_is_no_unicode_does_not_break_a_cell()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("print('\\ud800 x'); import os; os.write(1, b'\\xff\\n'); '\\udfff'");
        Assert.Equal(CellStatus.Ok, outcome.Status);
        Assert.Contains(" x\n", outcome.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_goes_to_stderr_and_names_the_cell()
    {
        await using var session = await CreateAsync();
        var outcome = await session.RunAsync("import warnings\nwarnings.warn('careful')");
        Assert.Matches("<cell 1>:2: UserWarning: careful", outcome.Stderr);
        Assert.Equal(CellStatus.Ok, outcome.Status);
    }
}
