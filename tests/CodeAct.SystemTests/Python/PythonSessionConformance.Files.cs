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
}
