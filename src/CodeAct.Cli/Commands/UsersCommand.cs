using System.CommandLine;
using CodeAct.Conversations.Sql;
using CodeAct.Web.Users;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact users</c>: who may sign in to a server.</summary>
internal static class UsersCommand
{
    private const int MostDays = 3650;

    public static Command Create() => new TaughtCommand(
        "users",
        "Add, list and remove those who may sign in to 'codeact serve'.",
        """
        The users of a server are kept beside its conversations: give the --store that it has. Changes hold at once, also for a
        server that runs.

        Examples:
          codeact users add ann --admin
          codeact users invite --days 3
          echo "$PASSWORD" | codeact users add bob
        """)
    {
        CreateAdd(), CreateList(), CreatePassword(), CreateRemove(), CreateInvite(),
    };

    private static TaughtCommand CreateAdd()
    {
        var name = Name();
        var admin = new Option<bool>("--admin") { Description = "The user may add and remove others." };
        return Make(
            new TaughtCommand("add", "Add a user; the password is asked for, or is the first line of standard input.", "")
            {
                name, admin,
            },
            async (arguments, accounts, cancellationToken) =>
            {
                var password = await PasswordInput.ReadAsync(cancellationToken);
                var user = await accounts.AddAsync(arguments.GetValue(name)!, password, arguments.GetValue(admin), cancellationToken);
                await Console.Error.WriteLineAsync($"user {user.Name} may sign in");
            });
    }

    private static TaughtCommand CreateList() => Make(
        new TaughtCommand("list", "List the users.", ""),
        async (_, accounts, cancellationToken) =>
        {
            foreach (var user in await accounts.ListAsync(cancellationToken))
            {
                var admin = user.IsAdmin ? "  (admin)" : "";
                await Console.Out.WriteLineAsync($"{user.Id}  {user.Created.ToLocalTime():yyyy-MM-dd}  {user.Name}{admin}");
            }
        });

    private static TaughtCommand CreatePassword()
    {
        var name = Name();
        return Make(
            new TaughtCommand("password", "Give a user another password, and end wherever the user is signed in.", "") { name },
            async (arguments, accounts, cancellationToken) =>
            {
                var user = await accounts.NamedAsync(arguments.GetValue(name)!, cancellationToken);
                await accounts.SetPasswordAsync(user, await PasswordInput.ReadAsync(cancellationToken), cancellationToken);
            });
    }

    private static TaughtCommand CreateRemove()
    {
        var name = Name();
        return Make(
            new TaughtCommand(
                "remove",
                "Remove a user and the user's keys.",
                """
                The user is out at once. Conversations stay in the store, for the command line to see; no later user gets them, not
                even one of the same name.
                """)
            {
                name,
            },
            async (arguments, accounts, cancellationToken) => await accounts.RemoveAsync(
                await accounts.NamedAsync(arguments.GetValue(name)!, cancellationToken), cancellationToken));
    }

    private static TaughtCommand CreateInvite()
    {
        var days = Days("How long the invitation holds.");
        days.DefaultValueFactory = _ => 7;
        return Make(
            new TaughtCommand(
                "invite", "Print an invitation with which one user can register.", "The server must run with --registration invitation.")
            {
                days,
            },
            async (arguments, accounts, cancellationToken) => await Console.Out.WriteLineAsync(
                await accounts.InviteAsync(TimeSpan.FromDays(arguments.GetValue(days)!.Value), cancellationToken)));
    }

    /// <summary>A number of days.</summary>
    public static Option<int?> Days(string description)
    {
        var days = new Option<int?>("--days") { Description = description, HelpName = "N" };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > MostDays)
            {
                result.AddError($"--days takes a number from 1 to {MostDays}.");
            }
        });
        return days;
    }

    /// <summary>Lets a command work on the users and keys of a store.</summary>
    public static TaughtCommand Make(
        TaughtCommand command, Func<ParseResult, Accounts, SqlDatabase, CancellationToken, Task> work)
    {
        var store = new StoreFlag();
        store.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var database = await store.Read(arguments).OpenDatabaseAsync(cancellationToken);
            await work(arguments, await Accounts.OpenAsync(database, TimeProvider.System, cancellationToken), database, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static TaughtCommand Make(TaughtCommand command, Func<ParseResult, Accounts, CancellationToken, Task> work) =>
        Make(command, (arguments, accounts, _, cancellationToken) => work(arguments, accounts, cancellationToken));

    private static Argument<string> Name() => new("name") { Description = "What the user is called." };
}
