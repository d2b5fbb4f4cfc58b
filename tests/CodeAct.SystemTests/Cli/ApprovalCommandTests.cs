using System.Text.Json;

namespace CodeAct.SystemTests.Cli;

/// <summary>The command, a real MCP server with effects, and calls that a person decides about.</summary>
public sealed class ApprovalCommandTests : IDisposable
{
    private const string Paying =
        "<execute>\nimport random\nsecret = note('first') + '!'\nprint('before', flush=True)\nreceipt = pay('Ann', 5)\nprint(secret, receipt)\n</execute>";

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-approval-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Book => Path.Combine(_directory, "book.txt");

    public ApprovalCommandTests() => File.WriteAllText(
        Path.Combine(_directory, "mcp.json"),
        JsonSerializer.Serialize(new
        {
            mcpServers = new
            {
                bank = new
                {
                    command = "/usr/bin/python3",
                    args = (string[])[Path.Combine(AppContext.BaseDirectory, "Tools", "bank_server.py")],
                    env = new { BANK_BOOK = Book },
                },
            },
        }));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_call_that_waits_outlives_kill_9_of_everything_and_goes_on_with_the_same_variables()
    {
        await using var server = ScriptedServer.Replying("<execute>\nx = 41\n</execute>", Paying, "<execute>print(x + 1, secret)</execute>", "Done.");
        string id;
        await using (var killed = CliProcess.StartAtTerminal(_directory, ["run", "Pay", "--mcp", "mcp.json", .. server.ModelArguments()]))
        {
            await killed.WaitForAsync("? pay {\"to\":\"Ann\",\"amount\":5}", Cancel);
            id = (await RunAsync("conversations")).Output.Split(' ')[0];
        } // which is SIGKILL of the command, its interpreter and its server

        Assert.Contains("(waits for approval of pay)", (await RunAsync("conversations")).Output);
        Assert.Contains($"It waits for your approval: codeact approve {id}, codeact deny {id} REASON.", (await RunAsync("show", id)).Output);
        Assert.Equal("note {\"word\": \"first\"}\n", await File.ReadAllTextAsync(Book, Cancel));

        var approved = await RunAsync("approve", id);

        Assert.Equal((0, ""), (approved.ExitCode, string.Concat(approved.Errors.Split('\n').Where(line => line.StartsWith("codeact", StringComparison.Ordinal)))));
        Assert.Equal("note {\"word\": \"first\"}\npay {\"amount\": 5, \"to\": \"Ann\"}\n", await File.ReadAllTextAsync(Book, Cancel));
        Assert.Contains("entry 1! entry 2", approved.Output);
        Assert.Contains("42 entry 1!", approved.Output);
        Assert.Equal(4, server.Requests.Count);
        Assert.DoesNotContain("again", server.Requests.ElementAt(2).LastMessage());
        Assert.DoesNotContain("waits for", (await RunAsync("conversations")).Output);
        Assert.Contains("waits for no approval", (await RunAsync("approve", id)).Errors);
    }

    [Fact]
    public async Task In_a_pipe_a_run_stops_at_the_call_with_its_own_exit_code_and_a_denial_is_an_exception_in_the_cell()
    {
        await using var server = ScriptedServer.Replying(
            "<execute>\ntry:\n    pay('Ann', 5)\nexcept PermissionError as error:\n    print('caught:', error)\n</execute>", "No.");

        var stopped = await RunAsync(["run", "Pay", "--mcp", "mcp.json", .. server.ModelArguments()]);
        var id = stopped.Errors.Trim().Split(' ')[^1];
        var asked = await RunAsync("resume", id);
        var denied = await RunAsync("deny", id, "that is too much");

        Assert.Equal(3, stopped.ExitCode);
        Assert.Contains("Stopped: a call waits for an approval.", stopped.Output);
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains($"codeact approve {id}", asked.Errors);
        Assert.Equal(0, denied.ExitCode);
        Assert.Contains("caught: pay: the user did not approve the call: that is too much", denied.Output);
        Assert.False(File.Exists(Book));
    }

    [Fact]
    public async Task At_a_terminal_a_person_edits_arguments_refuses_and_allows_always()
    {
        await using var server = ScriptedServer.Replying(
            "<execute>\nprint('A', pay('Ann', 500))\ntry:\n    pay('Bob', 1)\nexcept ToolError as no:\n    print(no)\nprint(pay('Cid', 2), pay('Dan', 3))\n</execute>",
            "Paid.");
        await using var run = CliProcess.StartAtTerminal(_directory, ["run", "Pay", "--mcp", "mcp.json", .. server.ModelArguments()]);

        await run.WaitForAsync("? pay {\"to\":\"Ann\",\"amount\":500}", Cancel);
        await run.TypeAsync("e {\"to\": \"Ann\", \"amount\": 50}\r");
        await run.WaitForAsync("? pay {\"to\":\"Bob\",\"amount\":1}", Cancel);
        await run.TypeAsync("n not him\r");
        await run.WaitForAsync("? pay {\"to\":\"Cid\",\"amount\":2}", Cancel);
        await run.TypeAsync("a\r");
        var ended = await run.EndAsync(Cancel);

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("the user did not approve the call: not him", ended.Output);
        Assert.Equal(
            ["pay {\"amount\": 50, \"to\": \"Ann\"}", "pay {\"amount\": 2, \"to\": \"Cid\"}", "pay {\"amount\": 3, \"to\": \"Dan\"}"],
            await File.ReadAllLinesAsync(Book, Cancel));
    }

    [Fact]
    public async Task The_wait_counts_for_no_limit_and_ctrl_c_ends_it()
    {
        await using var server = ScriptedServer.Replying("<execute>\nkept = 1\npay('Ann', 5)\n</execute>", "<execute>print(kept)</execute>", "Stopped.");
        await using var run = CliProcess.StartAtTerminal(
            _directory, ["run", "Pay", "--mcp", "mcp.json", "--timeout", "1", "--max-seconds", "20", .. server.ModelArguments()]);
        await run.WaitForAsync("? pay", Cancel);
        await run.TypeAsync("\x03");
        var ended = await run.EndAsync(Cancel);

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("The cell was interrupted; variables are kept", server.Requests.ElementAt(1).LastMessage());
        Assert.False(File.Exists(Book));
    }

    [Fact]
    public async Task A_cell_that_comes_out_otherwise_does_not_use_the_approval_and_says_so()
    {
        await using var server = ScriptedServer.Replying("<execute>\nimport os\npay('Ann', int.from_bytes(os.urandom(3)))\n</execute>", "Hm.");
        var stopped = await RunAsync(["run", "Pay", "--mcp", "mcp.json", .. server.ModelArguments()]);

        var approved = await RunAsync("approve", stopped.Errors.Trim().Split(' ')[^1]);

        Assert.Equal(3, stopped.ExitCode);
        Assert.False(File.Exists(Book));
        Assert.Contains("which it had not, and was refused.", approved.Output);
        Assert.Contains("did not come to the call that waited", server.Requests.ElementAt(1).LastMessage());
    }

    [Theory]
    [InlineData("always", "entry 1")]
    [InlineData("never", "calls that need an approval are not allowed in this run")]
    public async Task Without_asking_all_calls_are_made_or_none(string approve, string shown)
    {
        await using var server = ScriptedServer.Replying("<execute>print(pay('Ann', 5))</execute>", "Done.");

        var ran = await RunAsync(["run", "Pay", "--mcp", "mcp.json", "--approve", approve, .. server.ModelArguments()]);

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains(shown, ran.Output);
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(_directory, "", Cancel, arguments);
}
