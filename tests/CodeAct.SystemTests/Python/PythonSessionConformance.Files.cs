using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

public abstract partial class PythonSessionConformance
{
    [Fact]
    public async Task A_cell_names_the_files_that_it_made_or_changed()
    {
        await using var session = await CreateAsync();
        var made = await session.RunAsync(Code(
            "import os",
            "open('b.txt', 'w').write('1')",
            "os.makedirs('sub/__pycache__'); open('sub/a.csv', 'w').write('x')",
            "open('.hidden', 'w'); open('sub/__pycache__/m.pyc', 'w');"));
        Assert.Equal(["b.txt", "sub/a.csv"], made.Ended.Files);
        Assert.Empty((await session.RunAsync("1")).Ended.Files);
        Assert.Equal(["b.txt"], (await session.RunAsync("open('b.txt', 'w').write('2')")).Ended.Files);
    }

    [Fact]
    public async Task A_file_of_the_host_can_be_added_read_and_changed()
    {
        await using var session = await CreateAsync();
        var host = Path.Combine(Path.GetTempPath(), $"codeact-test-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(host, "a,b\n1,2\n", TestContext.Current.CancellationToken);
        try
        {
            var name = await session.Workspace.AddFileAsync(host, TestContext.Current.CancellationToken);
            var again = await session.Workspace.AddFileAsync(host, TestContext.Current.CancellationToken);
            Assert.Equal(Path.GetFileName(host), name);
            Assert.NotEqual(name, again);
            Assert.Equal("(1, 2)", (await session.RunAsync($"import pandas as pd\npd.read_csv('{name}').shape")).Result.PlainText);
            Assert.Equal(CellStatus.Ok, (await session.RunAsync($"open('{name}', 'a').write('3,4')")).Status);
        }
        finally
        {
            File.Delete(host);
        }
    }

    [Fact]
    public async Task A_file_that_a_cell_wrote_can_be_read_on_the_host()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("import os; os.mkdir('out'); open('out/r.txt', 'w').write('result'); os.chmod('out/r.txt', 0o600)");
        Assert.Equal(["out/r.txt"], session.Workspace.Files());
        using var reader = new StreamReader(session.Workspace.OpenRead("out/r.txt"));
        Assert.Equal("result", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("import os; os.symlink('/etc/passwd', 'f')")]
    [InlineData("import os; os.mkfifo('f')")]
    [InlineData("import os; os.mkdir('f')")]
    [InlineData("pass")]
    public async Task What_is_no_regular_file_is_not_opened(string code)
    {
        await using var session = await CreateAsync();
        await session.RunAsync(code);
        Assert.Throws<IOException>(() => session.Workspace.OpenRead("f"));
    }

    [Fact]
    public async Task No_path_leads_out_of_the_workspace()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("import os; os.symlink('/etc', 'd')");
        Assert.Throws<IOException>(() => session.Workspace.OpenRead("../../etc/passwd"));
        Assert.Throws<IOException>(() => session.Workspace.OpenRead("/etc/passwd"));
        Assert.Throws<IOException>(() => session.Workspace.OpenRead("d/passwd"));
        Assert.Empty(session.Workspace.Files());
    }

    [Fact]
    public async Task The_workspace_is_deleted_with_the_session()
    {
        var session = await CreateAsync();
        await session.RunAsync("import os; os.mkdir('d'); open('d/x', 'w'); os.chmod('d', 0)");
        await session.DisposeAsync();
        Assert.False(Directory.Exists(session.Workspace.Root));
    }

    [Fact]
    public async Task Modules_in_the_workspace_can_be_imported_and_their_frames_are_shown()
    {
        await using var session = await CreateAsync();
        await session.RunAsync("%%writefile helper.py\ndef f():\n    return 1 / 0");
        var error = (await session.RunAsync("import helper\nhelper.f()")).Error;
        Assert.Contains("helper.py\", line 2, in f", error.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_written_replaced_deleted_and_copied_out()
    {
        await using var session = await CreateAsync(new SessionOptions());
        await WriteAsync(session, "in/deep/a.txt", "one");
        await WriteAsync(session, "in/deep/a.txt", "two");
        Assert.Equal("('two', True)", (await session.RunAsync("f = 'in/deep/a.txt'; open(f).read(), open(f, 'a').write('!') == 1")).Result.PlainText);
        Assert.Equal("two!", await CopyOutAsync(session, "in/deep/a.txt"));
        Assert.True(session.Workspace.Delete("in/deep/a.txt"));
        Assert.False(session.Workspace.Delete("in/deep/a.txt"));
        Assert.Throws<IOException>(() => session.Workspace.Delete("in/deep"));
    }

    [Theory]
    [InlineData("import os; os.symlink('/etc', 'd')", "d/f")]
    [InlineData("import os; os.mkdir('e'); os.symlink('e', 'd')", "d/f")]
    [InlineData("import os; os.mkdir('d'); os.mkdir('d/f')", "d/f")]
    [InlineData("open('d', 'w')", "d/f")]
    [InlineData("", "../f")]
    [InlineData("import os; os.mkdir('d')", "d/../../f")]
    [InlineData("", "/tmp/f")]
    [InlineData("", "")]
    [InlineData("", "f\0g")]
    public async Task Nothing_is_written_outside_the_workspace_or_over_a_link(string code, string path)
    {
        await using var session = await CreateAsync(new SessionOptions());
        await session.RunAsync(code);
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(session, path, "x"));
        Assert.False(File.Exists("/etc/f") || File.Exists("/tmp/f"));
    }

    [Theory]
    [InlineData("os.symlink('/etc/passwd', 'f')")]
    [InlineData("os.mkfifo('f')")]
    [InlineData("open('kept', 'w').write('kept'); os.link('kept', 'f')")]
    public async Task What_stands_in_the_way_is_replaced_and_not_written_through(string code)
    {
        await using var session = await CreateAsync(new SessionOptions());
        await session.RunAsync("import os; open('kept', 'w').write('kept')\n" + code);
        var before = await File.ReadAllBytesAsync("/etc/passwd", TestContext.Current.CancellationToken);
        await WriteAsync(session, "f", "new");
        Assert.Equal(before, await File.ReadAllBytesAsync("/etc/passwd", TestContext.Current.CancellationToken));
        Assert.Equal("('kept', 'new')", (await session.RunAsync("open('kept').read(), open('f').read()")).Result.PlainText);
    }

    [Fact]
    public async Task A_file_longer_than_asked_for_is_not_copied_out_be_it_empty()
    {
        await using var session = await CreateAsync(new SessionOptions());
        await session.RunAsync("open('sparse', 'wb').truncate(1 << 29)");
        var target = new MemoryStream();
        var error = await Assert.ThrowsAsync<IOException>(
            () => session.Workspace.CopyOutAsync("sparse", target, 1 << 20, TestContext.Current.CancellationToken));
        Assert.Contains("512 MiB, more than the 1 MiB", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, target.Length);
    }

    [Fact]
    public async Task A_device_or_a_pipe_of_the_host_is_not_added()
    {
        await using var session = await CreateAsync(new SessionOptions());
        await Assert.ThrowsAsync<IOException>(() => session.Workspace.AddFileAsync("/dev/zero", TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<IOException>(() => session.Workspace.AddFileAsync("/tmp", TestContext.Current.CancellationToken));
        Assert.Empty(session.Workspace.Files());
    }

    [Fact]
    public async Task Links_swapped_in_at_any_moment_lead_nowhere()
    {
        await using var session = await CreateAsync(new SessionOptions());
        await session.RunAsync(Code(
            "import os, threading, time",
            "def swap():",
            "    end = time.monotonic() + 2",
            "    while time.monotonic() < end:",
            "        for make in (lambda: os.symlink('/etc', 'd'), lambda: os.mkdir('d')):",
            "            try:",
            "                os.rename('d', f'old{time.monotonic_ns()}')",
            "            except OSError: pass",
            "            try: make()",
            "            except OSError: pass",
            "threading.Thread(target=swap).start()"));
        var (through, refused) = (0, 0);
        for (var round = 0; round < 2000 || through * refused == 0 && round < 20_000; round++)
        {
            try
            {
                await WriteAsync(session, "d/codeact-test", "x");
                await using var stream = session.Workspace.OpenRead("d/codeact-test");
                through++;
            }
            catch (IOException)
            {
                refused++;
            }
        }

        Assert.True(through > 0 && refused > 0, $"{through} went through, {refused} were refused: nothing was swapped");
        Assert.False(File.Exists("/etc/codeact-test"));
    }

    private static async Task WriteAsync(IPythonSession session, string path, string text)
    {
        using var contents = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        await session.Workspace.WriteAsync(path, contents, TestContext.Current.CancellationToken);
    }

    private static async Task<string> CopyOutAsync(IPythonSession session, string path)
    {
        using var target = new MemoryStream();
        await session.Workspace.CopyOutAsync(path, target, Workspace.MostCopied, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(target.ToArray());
    }
}
