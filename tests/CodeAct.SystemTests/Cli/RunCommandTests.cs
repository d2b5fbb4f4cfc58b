using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.SystemTests.Llama;

namespace CodeAct.SystemTests.Cli;

public sealed class RunCommandTests(TinyModel tiny) : IDisposable
{
    private const string Sleep = "I wait.\n<execute>\nprint('waiting', flush=True)\nimport time\ntime.sleep(600)\n</execute>";

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_task_with_a_file_is_looked_at_repaired_and_answered_and_printed_again_from_its_log()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "shop.csv"), "category,price\ntoys,10\ntoys,20\nfood,5\n", Cancel);
        await using var server = ScriptedServer.Replying(
            "Let me look.\n<execute>\nimport pandas as pd\ndf = pd.read_csv(files[0])\ndf.head()\n</execute>",
            "```python\ndf.groupby('Category')['price'].mean()\n```",
            "Lower case.\n<execute>\nprint(df.groupby('category')['price'].mean()['toys'])\n"
            + "df.to_csv('out.csv')\ndf.plot();\n</execute>",
            "Toys cost 15 on average.");

        var ran = await CliProcess.RunAsync(
            _directory, "", Cancel, ["run", "Average?", "--file", "shop.csv", .. server.ModelArguments()]);

        Assert.Equal(0, ran.ExitCode);
        Assert.Matches("^conversation [0-9a-z]{10}\n$", ran.Errors);
        Assert.DoesNotContain('\e', ran.Output);
        Assert.Contains("  │ df = pd.read_csv(files[0])\n", ran.Output);
        Assert.Contains("KeyError: 'Category'", ran.Output);
        Assert.Contains("\nToys cost 15 on average.\n", ran.Output);
        Assert.Contains("4 turns · 3 cells", ran.Output);
        Assert.True(File.Exists(Path.Combine(_directory, "codeact-out", "out.csv")));
        Assert.True(File.Exists(Path.Combine(_directory, "codeact-out", "figure-1.png")));

        var requests = server.Requests.ToList();
        Assert.Equal("Average?\nFiles: shop.csv", requests[0].LastMessage());
        Assert.StartsWith("Execution Output:\n", requests[1].LastMessage());
        Assert.Contains("KeyError: 'Category'", requests[2].LastMessage());
        Assert.Equal("Execution Output:\n15.0\n[image]\n[files: out.csv]", requests[3].LastMessage());

        var shown = await CliProcess.RunAsync(_directory, "", Cancel, "show", ran.Errors.Trim().Split(' ')[1]);
        Assert.Equal(WithoutSaved(ran.Output), shown.Output);
    }

    [Fact]
    public async Task A_model_in_this_process_talks_until_it_answers_or_a_limit_ends_it()
    {
        var ran = await CliProcess.RunAsync(_directory, "", Cancel, "run", "?", "--model", tiny.File, "--max-turns", "2");

        Assert.Contains(ran.ExitCode, (int[])[0, 2]); // its weights are random, so there is no telling which
        Assert.Matches("^conversation [0-9a-z]{10}\n$", ran.Errors);
        Assert.Matches(@"\d+ turns? · 0 cells · [\d,]+ tokens? · \d+ tokens/s", ran.Output);
    }

    [Fact]
    public async Task Json_is_one_event_a_line()
    {
        await using var server = ScriptedServer.Replying("<execute>6 * 7</execute>", "42");

        var ran = await CliProcess.RunAsync(_directory, "", Cancel, ["run", "6 * 7?", "--json", .. server.ModelArguments()]);

        var events = ran.Output.TrimEnd('\n').Split('\n').Select(line => LogJson.Read(line).Event).ToList();
        Assert.Equal((0, "42"), (ran.ExitCode, Assert.IsType<RunEnded>(events[^1]).Answer));
        Assert.Equal(CellStatus.Ok, Assert.Single(events.OfType<CellFinished>()).Result.Status);
        Assert.True(File.Exists(Path.Combine(_directory, "data", "codeact", "conversations.db")));

        var shown = await CliProcess.RunAsync(_directory, "", Cancel, "show");
        Assert.StartsWith("> 6 * 7?\n\n  │ 6 * 7\n  42\n\n42\n", shown.Output);
    }

    [Fact]
    public async Task Quiet_prints_the_answer_alone_and_the_task_may_come_from_standard_input()
    {
        await using var server = ScriptedServer.Replying("<execute>print(task)</execute>", "42");

        var ran = await CliProcess.RunAsync(_directory, "6 * 7?\n", Cancel, ["run", "-", "-q", .. server.ModelArguments()]);

        Assert.Equal((0, "42\n"), (ran.ExitCode, ran.Output));
        Assert.Equal("Execution Output:\n6 * 7?", server.Requests.Last().LastMessage());
    }

    [Fact]
    public async Task A_limit_exits_with_2_and_says_which()
    {
        await using var server = ScriptedServer.Replying("<execute>1</execute>");

        var ran = await CliProcess.RunAsync(_directory, "", Cancel, ["run", "?", "--max-turns", "2", .. server.ModelArguments()]);

        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("Stopped: the limit of turns", ran.Output);
    }

    [Fact]
    public async Task A_server_that_says_how_much_fits_is_asked_for_no_more_and_listed()
    {
        await using var server = ScriptedServer.WithContext(2048, "42");

        var ran = await CliProcess.RunAsync(_directory, "", Cancel, ["run", "?", .. server.ModelArguments()]);
        var listed = await CliProcess.RunAsync(_directory, "", Cancel, ["models", "--base-url", server.Url.ToString()]);

        Assert.Equal((0, 0), (ran.ExitCode, listed.ExitCode));
        Assert.Equal(1024, server.Requests.Single().Json["max_tokens"]!.GetValue<int>());
        Assert.Contains("openai:scripted, 2,048 tokens of context", listed.Output);
    }

    [Fact]
    public async Task What_cannot_be_is_one_line_on_standard_error_and_exit_code_1()
    {
        var noModel = await CliProcess.RunAsync(_directory, "", Cancel, "run", "?", "--model", "gguf:nothing.gguf");
        var noFile = await CliProcess.RunAsync(
            _directory, "", Cancel, "run", "?", "--model", "openai:x", "--base-url", "http://127.0.0.1:9/v1", "--file", "a.csv");
        var noUrl = await CliProcess.RunWithAsync("OPENAI_BASE_URL", "nonsense", _directory, Cancel, "models");
        var noServer = await CliProcess.RunAsync(_directory, "", Cancel, "models", "--base-url", "http://127.0.0.1:9/v1");
        var noOption = await CliProcess.RunAsync(_directory, "", Cancel, "run", "?", "--max-turns", "0");

        Assert.All([noModel, noFile, noUrl, noServer, noOption], ran => Assert.Equal(1, ran.ExitCode));
        Assert.Contains("nothing.gguf", noModel.Errors);
        Assert.Contains("There is no file 'a.csv'", noFile.Errors);
        Assert.Contains("OPENAI_BASE_URL: 'nonsense' is no URL; write it like http://localhost:8080/v1.", noUrl.Errors);
        Assert.Contains("http://127.0.0.1:9/v1", noServer.Errors);
        Assert.Contains("--max-turns takes a whole number above 0", noOption.Errors);
        Assert.All([noModel, noFile, noUrl, noServer], ran => Assert.Single(ran.Errors.TrimEnd('\n').Split('\n')));
    }

    [Theory]
    [InlineData("json", "<action>{'tool': 'execute_code', 'args': {'code': 'print(6 * 7)'}}</action>", "</action>")]
    [InlineData("native", "", null)]
    public async Task A_mode_is_asked_for_shown_and_kept_when_the_conversation_is_resumed(string mode, string action, string? stop)
    {
        await using var server = ScriptedServer.Saying(
            action.Length > 0 ? new Said("I compute it.\n" + action) : new Said("I compute it.", ("execute_code", "{\"code\":\"print(6 * 7)\"}")),
            new Said("42"),
            new Said("Again 42."));

        var ran = await CliProcess.RunAsync(_directory, "", Cancel, ["run", "6 * 7?", "--mode", mode, .. server.ModelArguments()]);
        var resumed = await CliProcess.RunAsync(
            _directory, "", Cancel, ["resume", ran.Errors.Trim().Split(' ')[1], "Again?", .. server.ModelArguments()]);

        Assert.Equal((0, 0), (ran.ExitCode, resumed.ExitCode));
        Assert.Contains("I compute it.\n  │ print(6 * 7)\n  42\n\n42\n", ran.Output);
        Assert.EndsWith($" s · {mode} mode\n", ran.Output);
        Assert.EndsWith($" s · {mode} mode\n", resumed.Output);
        Assert.All(server.Requests, request => Assert.Equal(stop, (string?)request.Json["stop"]?.AsArray().Single()));
        Assert.All(server.Requests, request => Assert.Equal(
            mode == "native" ? "execute_code" : null, (string?)request.Json["tools"]?.AsArray().Single()!["function"]!["name"]));
        Assert.Equal(mode == "native" ? "42" : "Execution Output:\n42", server.Requests.ElementAt(1).LastMessage());
    }

    [Fact]
    public async Task Stateless_cells_share_files_and_nothing_else_also_after_a_resumption()
    {
        await using var server = ScriptedServer.Replying(
            "<execute>x = 6; open('x.txt', 'w').write('six')</execute>", "<execute>print('x' in globals(), open('x.txt').read())</execute>",
            "Gone.", "<execute>print('x' in globals(), task)</execute>", "Still gone.");

        var ran = await CliProcess.RunAsync(_directory, "", Cancel, ["run", "?", "--stateless", .. server.ModelArguments()]);
        var resumed = await CliProcess.RunAsync(
            _directory, "", Cancel, ["resume", ran.Errors.Trim().Split(' ')[1], "Now?", .. server.ModelArguments()]);

        Assert.Contains("\n  False six\n", ran.Output);
        Assert.Contains("\n  False Now?\n", resumed.Output);
        Assert.EndsWith(" s · stateless\n", ran.Output);
        Assert.EndsWith(" s · stateless\n", resumed.Output);
        Assert.Contains("Each block of code runs in a fresh interpreter", server.Requests.First().Text);
        Assert.DoesNotContain("Variables, imports and functions stay", server.Requests.First().Text);
    }

    [Fact]
    public async Task A_mode_that_cannot_be_is_refused_with_what_can()
    {
        var unknown = await CliProcess.RunAsync(_directory, "", Cancel, "run", "?", "--mode", "xml");
        var native = await CliProcess.RunAsync(_directory, "", Cancel, "run", "?", "--mode", "native", "--model", tiny.File);

        Assert.Equal((1, 1), (unknown.ExitCode, native.ExitCode));
        Assert.Contains("'xml'", unknown.Errors);
        Assert.All(["code", "json", "text", "native"], mode => Assert.Contains($"'{mode}'", unknown.Errors));
        Assert.EndsWith("cannot be asked to call functions, so there is no native mode for it; take json or code.\n", native.Errors);
    }

    [Fact]
    public async Task Ctrl_C_interrupts_the_cell_and_the_model_sees_it()
    {
        await using var server = ScriptedServer.Replying(Sleep, "You stopped me.");
        await using var process = await CliProcess.StartAsync(_directory, "", ["run", "Wait", .. server.ModelArguments()]);

        await process.WaitForAsync("  waiting", Cancel);
        await process.InterruptAsync(Cancel);
        var ran = await process.EndAsync(Cancel);

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("You stopped me.", ran.Output);
        Assert.Contains("KeyboardInterrupt", server.Requests.Last().LastMessage());
    }

    [Fact]
    public async Task Ctrl_C_at_a_terminal_which_signals_every_process_there_interrupts_the_cell_alone()
    {
        await using var server = ScriptedServer.Replying(Sleep, "<execute>1 / 0</execute>", "You stopped me.");
        await using var process = CliProcess.StartAtTerminal(_directory, ["run", "Wait", .. server.ModelArguments()]);

        await process.WaitForAsync("  waiting", Cancel);
        await process.TypeAsync("\u0003");
        var ran = await process.EndAsync(Cancel);

        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("KeyboardInterrupt", server.Requests.ElementAt(1).LastMessage());
        Assert.Contains("ZeroDivisionError", server.Requests.Last().LastMessage());
        Assert.Contains("\e[", ran.Output);
        Assert.Contains("You stopped me.", ran.Output);
    }

    [Fact]
    public async Task A_second_Ctrl_C_ends_the_run_with_130()
    {
        const string Stubborn = "<execute>\nimport time\nwhile True:\n    try:\n"
            + "        print('waiting', flush=True)\n        time.sleep(600)\n    except KeyboardInterrupt:\n        print('never', flush=True)\n</execute>";
        await using var server = ScriptedServer.Replying(Stubborn);
        await using var process = await CliProcess.StartAsync(_directory, "", ["run", "Wait", .. server.ModelArguments()]);

        await process.WaitForAsync("  waiting", Cancel);
        await process.InterruptAsync(Cancel);
        await process.WaitForAsync("  never", Cancel);
        await process.InterruptAsync(Cancel);
        var ran = await process.EndAsync(Cancel);

        Assert.Equal(130, ran.ExitCode);
        Assert.Contains("Stopped: the user stopped the run", ran.Output);
    }

    [Fact]
    public async Task Chat_keeps_the_interpreter_from_one_message_to_the_next_until_a_reset()
    {
        await using var server = ScriptedServer.Replying(
            "<execute>x = 6</execute>", "Kept.", "<execute>print(x * 7)</execute>", "42", "<execute>x</execute>", "Gone.");

        var ran = await CliProcess.RunAsync(
            _directory, "Keep 6.\nTimes 7?\n/save talk.txt\n/reset\nx?\n", Cancel, ["chat", .. server.ModelArguments()]);

        Assert.Equal(0, ran.ExitCode);
        Assert.Equal(2, ran.Errors.Split("conversation ").Length - 1);
        Assert.Contains("\n  42\n", ran.Output);
        Assert.Contains("NameError", ran.Output);
        var last = server.Requests.Last().Json["messages"]!.AsArray();
        Assert.Equal(2, last.Count(message => message!["role"]!.GetValue<string>() == "user"));
        Assert.Contains("> Times 7?", await File.ReadAllTextAsync(Path.Combine(_directory, "talk.txt"), Cancel));
    }

    private static string WithoutSaved(string output) =>
        string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("  saved ", StringComparison.Ordinal)));
}
