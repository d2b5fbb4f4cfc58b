namespace CodeAct.SystemTests.Cli;

public sealed class ExecCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Files_run_in_order_in_one_session_and_what_appears_is_copied_out()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "a.py"), "x = open('in.txt').read()", Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "b.py"), "open('out.txt', 'w').write(x.upper());\nprint('ä' + x)\nlen(x)", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_directory, "in.txt"), "abc", Cancel);

        var ran = await ExecAsync("", "a.py", "b.py", "--file", "in.txt", "--out", "made here");

        Assert.Equal((0, "äabc\n3\n"), (ran.ExitCode, ran.Output));
        Assert.Equal("ABC", await File.ReadAllTextAsync(Path.Combine(_directory, "made here", "out.txt"), Cancel));
    }

    [Theory]
    [InlineData("import sys\nprint('out')\nprint('err', file=sys.stderr)", 0, "out\n", "err")]
    [InlineData("print('before')\n1 / 0", 1, "before\n", "ZeroDivisionError: division by zero")]
    [InlineData("while True: pass", 2, "", "time limit of 1 s")]
    [InlineData("import os\nprint('last', flush=True)\nos._exit(7)", 2, "last\n", "exit code 7")]
    public async Task The_exit_code_says_how_it_ended(string code, int exitCode, string output, string errors)
    {
        var ran = await ExecAsync(code, "--timeout", "1");

        Assert.Equal((exitCode, output), (ran.ExitCode, ran.Output));
        Assert.Contains(errors, ran.Errors);
    }

    [Fact]
    public async Task A_package_is_installed_before_the_program_runs()
    {
        using var wheels = new Python.Wheels().Add("leaf", "1.0").Add("leaf", "2.0");

        var well = await ExecAsync("import leaf; print(leaf.__version__)", "--packages", wheels.Folder, "--with", "leaf<2");
        var unknown = await ExecAsync("print('not reached')", "--packages", wheels.Folder, "--with", "no_such_package");
        var refused = await ExecAsync("print('not reached')", "--with", "leaf");
        var wrong = await ExecAsync("", "--packages", "/no/such/folder");

        Assert.Equal((0, "1.0\n"), (well.ExitCode, well.Output));
        Assert.Contains("Successfully installed leaf-1.0", well.Errors);
        Assert.Equal((1, ""), (unknown.ExitCode, unknown.Output));
        Assert.Contains("No matching distribution found for no_such_package", unknown.Errors);
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("no package source", refused.Errors);
        Assert.Contains("There is no folder of packages '/no/such/folder'", wrong.Errors);
    }

    [Fact]
    public async Task The_plain_backend_is_used_when_asked_for_by_name()
    {
        var ran = await ExecAsync("import os; print(os.getcwd().startswith('/workspace'))", "--backend", "plain");

        Assert.Equal((0, "False\n"), (ran.ExitCode, ran.Output));
    }

    [Fact]
    public async Task Ctrl_C_exits_with_130_and_what_was_printed_is_there()
    {
        await using var process = await CliProcess.StartAsync(
            _directory, "print('started', flush=True)\nimport time\ntime.sleep(600)", "exec");

        await process.WaitForAsync("started", Cancel);
        await process.InterruptAsync(Cancel);
        var ran = await process.EndAsync(Cancel);

        Assert.Equal(130, ran.ExitCode);
        Assert.Contains("KeyboardInterrupt", ran.Errors);
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_is_no_error()
    {
        const string Pipeline = "echo 'for i in range(200000): print(i)' | dotnet \"$0\" exec | head -n 1; exit ${PIPESTATUS[1]}";
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "bash", ["-c", Pipeline, CliProcess.Command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = shell.StandardError.ReadToEndAsync(Cancel);

        Assert.Equal("0\n", await shell.StandardOutput.ReadToEndAsync(Cancel));
        await shell.WaitForExitAsync(Cancel);
        Assert.Equal((0, ""), (shell.ExitCode, await errors));
    }

    [Fact]
    public async Task Doctor_tries_interpreter_sandbox_and_model_and_says_what_works()
    {
        await using var server = ScriptedServer.Replying("One, two, three, four.");

        var well = await CliProcess.RunAsync(_directory, "", Cancel, ["doctor", .. server.ModelArguments()]);
        var ill = await CliProcess.RunAsync(_directory, "", Cancel, "doctor", "--model", "gguf:nothing.gguf");

        Assert.Equal((0, 1), (well.ExitCode, ill.ExitCode));
        Assert.Matches(@"✓ python +3\.\d+\.\d+ \(/usr/bin/python3\), ready in", well.Output);
        Assert.Matches(@"✓ libraries +ipython \d.*numpy \d.*pandas \d.*matplotlib \d.*sympy \d", well.Output);
        Assert.Matches(@". sandbox +network: ", well.Output);
        Assert.Matches(@"✓ model +openai:scripted", well.Output);
        Assert.Matches(@"✗ model .*nothing\.gguf", ill.Output);
    }

    private Task<CliResult> ExecAsync(string input, params string[] arguments) =>
        CliProcess.RunAsync(_directory, input, Cancel, ["exec", .. arguments]);
}
