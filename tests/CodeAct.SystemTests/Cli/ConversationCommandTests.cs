using System.Text.Json.Nodes;
using CodeAct.SystemTests.Conversations;
using CodeAct.SystemTests.Models;

namespace CodeAct.SystemTests.Cli;

public sealed class ConversationCommandTests(PostgresServer postgres) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_run_is_found_again_shown_exported_forked_and_resumed_with_its_variables()
    {
        await using var server = ScriptedServer.Replying(
            "<execute>\nprice = 6\nprint('kept')\n</execute>", "Kept.", "<execute>print(price * 7)</execute>", "42.",
            "<execute>print(price + 1)</execute>", "7.");
        var ran = await RunAsync(["run", "Keep Äpfel", .. server.ModelArguments()]);
        var id = Id(ran);

        Assert.Contains($"{id}  ", (await RunAsync("conversations", "äpfel", "PRICE")).Output);
        Assert.Equal("Nothing was found.\n", (await RunAsync("conversations", "silver")).Errors);
        Assert.Contains("\nKept.\n", (await RunAsync("show", id[..9])).Output);
        Assert.Matches(@"(?m)^ +1  \d\d:\d\d:\d\d  task      Keep Äpfel$", (await RunAsync("show", "--events")).Output);
        Assert.Equal(0, (await RunAsync("export", id, "--to", "html", "-o", "run.html")).ExitCode);
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync(Path.Combine(_directory, "run.html"), Cancel));

        var fork = (await RunAsync("fork", id)).Output.Trim();
        var resumed = await RunAsync(["resume", id, "Times 7?", .. server.ModelArguments()]);
        var forked = await RunAsync(["resume", fork, "And one?", .. server.ModelArguments()]);

        Assert.Equal((0, id), (resumed.ExitCode, Id(resumed)));
        Assert.Contains("The interpreter is rebuilt: 1 cell ran again.\n", resumed.Output);
        Assert.Contains("\n  42\n", resumed.Output);
        Assert.Contains("\n  7\n", forked.Output);
        var last = server.Requests.Last().Json["messages"]!.AsArray();
        Assert.Equal("Keep Äpfel", last[1]!["content"]!.GetValue<string>());
        Assert.DoesNotContain(last, message => message!["content"]!.GetValue<string>().Contains("Times 7"));
        Assert.Contains($"(fork of {id} at ", (await RunAsync("conversations", "one")).Output);
    }

    [Fact]
    public async Task A_run_that_was_killed_goes_on_after_a_restart_with_what_it_had()
    {
        await using var server = ScriptedServer.Replying(
            "<execute>\nx = 5\n</execute>",
            "<execute>\nprint('waiting', flush=True)\nimport time\ntime.sleep(600)\n</execute>",
            "<execute>print(x + 1)</execute>",
            "6.");
        await using (var killed = await CliProcess.StartAsync(_directory, "", ["run", "Wait", .. server.ModelArguments()]))
        {
            await killed.WaitForAsync("  waiting", Cancel);
        } // which is SIGKILL

        var resumed = await RunAsync(
            ["resume", (await RunAsync("conversations")).Output.Split(' ')[0], .. server.ModelArguments()]);

        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("Cell 2 was not run again, for it had been cut off", resumed.Output);
        Assert.Contains("\n  6\n", resumed.Output);
        Assert.Contains("Cell 2 was not run again", server.Requests.ElementAt(2).LastMessage());
        Assert.EndsWith("Go on with the task; the program was started again in between.", server.Requests.ElementAt(2).LastMessage());
    }

    [Fact]
    public async Task A_fork_in_the_middle_has_the_variables_of_that_moment()
    {
        await using var server = ScriptedServer.Replying(
            "<execute>\nstage = 'early'\n</execute>", "<execute>\nstage = 'late'\n</execute>", "Done.",
            "<execute>print(stage)</execute>", "It was early.");
        var id = Id(await RunAsync(["run", "Two stages", .. server.ModelArguments()]));
        var listed = (await RunAsync("show", id, "--events")).Output.Split('\n');
        var firstCell = listed.First(line => line.Contains("  ended ", StringComparison.Ordinal)).Trim().Split(' ')[0];

        var fork = (await RunAsync("fork", id, "--at", firstCell)).Output.Trim();
        var resumed = await RunAsync("resume", fork, "Which stage?");
        var outside = await RunAsync("fork", id, "--at", "1000");

        Assert.Contains("\n  early\n", resumed.Output);
        Assert.Equal(1, outside.ExitCode);
        Assert.Contains("it cannot be forked at 1000.", outside.Errors);
    }

    [Fact]
    public async Task Resume_and_rerun_ask_the_same_model_unless_told_otherwise_and_compare_shows_where_they_part()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "data.txt"), "7", Cancel);
        await using var server = ScriptedServer.Replying(
            "<execute>n = int(open('data.txt').read())</execute>", "Read.", "<execute>print(n)</execute>", "7.");
        await using var other = ScriptedServer.Replying(
            "<execute>n = int(open('data.txt').read())</execute>", "It says 7.", "Seven.");
        var id = Id(await RunAsync(["run", "Read it", "--file", "data.txt", .. server.ModelArguments()]));

        var resumed = await RunAsync("resume", id, "Print it");
        var again = await RunAsync(["rerun", id, "--model", "openai:other", "--base-url", other.Url.ToString()]);
        var compared = await RunAsync("compare", id, Id(again));
        var parting = JsonNode.Parse((await RunAsync("compare", id, Id(again), "--json")).Output)!["parting"]!;
        var same = await RunAsync("compare", id, id);

        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains($"model: openai:scripted at {server.Url}, as before; name another with --model", resumed.Output + resumed.Errors);
        Assert.Contains("\n  7\n", resumed.Output);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(["Read it\nFiles: data.txt", "Print it\nFiles: data.txt"], other.Requests.Where(IsOfUser).Select(ScriptedServer.LastMessage));
        Assert.Contains($"(rerun of {id})", (await RunAsync("conversations")).Output);
        Assert.Contains("They differ from message 1, cell 1 on", compared.Output);
        Assert.Equal(("answer", "Read."), (Text(parting["first"]!["kind"]), Text(parting["first"]!["text"])));
        Assert.Equal("It says 7.", Text(parting["second"]!["text"]));
        Assert.Contains("They are the same in every message, cell, observation and answer.", same.Output);
    }

    [Fact]
    public async Task A_model_or_a_file_that_is_gone_is_named_with_the_way_out()
    {
        var file = Path.Combine(_directory, "data.txt");
        await File.WriteAllTextAsync(file, "7", Cancel);
        string id;
        await using (var server = ScriptedServer.Replying("Seven."))
        {
            id = Id(await RunAsync(["run", "Read it", "--file", "data.txt", .. server.ModelArguments()]));
        }

        var noModel = await RunAsync("resume", id, "And now?");
        await using var other = ScriptedServer.Replying("Eight.");
        await File.WriteAllTextAsync(file, "8", Cancel);
        var noFile = await RunAsync(["rerun", id, .. other.ModelArguments()]);
        var given = await RunAsync(["rerun", id, "--file", "data.txt", .. other.ModelArguments()]);

        Assert.Equal(1, noModel.ExitCode);
        Assert.Contains($"Conversation {id} was made with openai:scripted at ", noModel.Errors);
        Assert.Contains("Name another model with --model.", noModel.Errors);
        Assert.Equal(1, noFile.ExitCode);
        Assert.Contains("worked with 'data.txt', which is gone from where it was or has changed; give it with --file.", noFile.Errors);
        Assert.Contains("Eight.", given.Output);
    }

    [Fact]
    public async Task Conversations_can_be_kept_on_a_server()
    {
        var store = $"postgres:{await postgres.CreateDatabaseAsync(Cancel)}";
        await using var server = ScriptedServer.Replying("42.");

        var id = Id(await RunAsync(["run", "6 * 7?", "--store", store, .. server.ModelArguments()]));

        Assert.Contains("\n42.\n", (await RunAsync("show", id, "--store", store)).Output);
        Assert.Equal("There is no conversation yet.\n", (await RunAsync("conversations")).Errors);
    }

    [Fact]
    public async Task What_there_is_not_is_one_line_on_standard_error()
    {
        var none = await RunAsync("show");
        var unknown = await RunAsync("export", "nosuch", "--to", "md");

        Assert.Equal((1, "codeact: There is no conversation yet; start one with 'codeact run'.\n"), (none.ExitCode, none.Errors));
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("'nosuch'", Assert.Single(unknown.Errors.TrimEnd('\n').Split('\n')));
    }

    private static bool IsOfUser(Request request) => !request.LastMessage().StartsWith("Execution Output:", StringComparison.Ordinal);

    private static string Text(JsonNode? value) => value!.GetValue<string>();

    private static string Id(CliResult ran) => ran.Errors.Trim().Split(' ')[^1];

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(_directory, "", Cancel, arguments);
}
