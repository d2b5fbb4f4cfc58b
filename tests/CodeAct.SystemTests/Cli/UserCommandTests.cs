namespace CodeAct.SystemTests.Cli;

public sealed class UserCommandTests : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_user_is_added_listed_given_keys_and_removed()
    {
        Assert.Equal((0, "user ann may sign in\n"), Told(await RunAsync($"{Password}\n", "users", "add", "ann", "--admin")));
        Assert.Matches(@"^[0-9a-z]{10}  \d{4}-\d\d-\d\d  ann  \(admin\)\n$", (await RunAsync("", "users", "list")).Output);
        var key = (await RunAsync("", "keys", "add", "report", "--user", "ANN", "--scopes", "chat", "--days", "3")).Output;
        Assert.Matches("^ca_[0-9a-z]{32}\n$", key);
        var listed = (await RunAsync("", "keys", "list")).Output;
        Assert.Matches(@"^[0-9a-z]{10}  ann  chat  expires \d{4}-\d\d-\d\d  used never  report\n$", listed);
        Assert.DoesNotContain(key[3..].Trim(), listed);
        Assert.Equal(0, (await RunAsync("", "keys", "revoke", listed[..10])).ExitCode);
        Assert.Matches("^in_[0-9a-z]{32}\n$", (await RunAsync("", "users", "invite")).Output);
        Assert.Equal(0, (await RunAsync("another horse battery\n", "users", "password", "ann")).ExitCode);
        Assert.Equal(0, (await RunAsync("", "users", "remove", "ann")).ExitCode);

        Assert.Equal(("", ""), ((await RunAsync("", "users", "list")).Output, (await RunAsync("", "keys", "list")).Output));
    }

    [Fact]
    public async Task What_cannot_be_is_one_line_that_says_what_would_do()
    {
        Assert.Equal(
            (1, "codeact: The password has 5 characters; take 10 to 200, as several words have.\n"),
            Told(await RunAsync("short\n", "users", "add", "ann")));
        Assert.Equal((1, "codeact: Standard input is empty; its first line is the password.\n"), Told(await RunAsync("", "users", "add", "ann")));
        Assert.Equal(
            (1, "codeact: There is no user 'bob'; 'codeact users list' names those that there are.\n"),
            Told(await RunAsync("", "keys", "add", "x", "--user", "bob")));
        Assert.Equal(
            (1, "codeact: There is no scope 'root'; the scopes are chat, execute, account, admin.\n"),
            Told(await RunAsync("", "keys", "add", "x", "--scopes", "root")));
        Assert.Contains("--openid takes the https address", (await RunAsync("", "serve", "--openid", "http://id.example")).Errors);
    }

    [Fact]
    public async Task At_a_terminal_the_password_is_asked_for_twice_and_not_shown()
    {
        await using (var terminal = CliProcess.StartAtTerminal(_directory, "users", "add", "ann"))
        {
            await terminal.WaitForAsync("Password (it is not shown):", Cancel);
            await terminal.TypeAsync($"{Password}x\u007f\n");
            await terminal.WaitForAsync("Again:", Cancel);
            await terminal.TypeAsync($"{Password}\n");
            var ended = await terminal.EndAsync(Cancel);
            Assert.Equal(0, ended.ExitCode);
            Assert.DoesNotContain("horse", ended.Output);
        }

        Assert.Contains("  ann\n", (await RunAsync("", "users", "list")).Output);
    }

    private static (int ExitCode, string Errors) Told(CliResult ran) => (ran.ExitCode, ran.Errors);

    private Task<CliResult> RunAsync(string input, params string[] arguments) =>
        CliProcess.RunAsync(_directory, input, Cancel, arguments);
}
