using System.CommandLine;
using CodeAct.Web.Users;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact keys</c>: with what programs may use a server.</summary>
internal static class KeysCommand
{
    public static Command Create() => new TaughtCommand(
        "keys",
        "Make, list and revoke the keys with which programs use 'codeact serve'.",
        """
        A key acts in the name of a user; one without a user sees what the command line has. Only its hash is kept.

        Examples:
          codeact keys add "nightly report" --user ann --days 90
          OPENAI_API_KEY=ca_… OPENAI_BASE_URL=https://example.org/v1 python report.py
        """)
    {
        CreateAdd(), CreateList(), CreateRevoke(),
    };

    private static TaughtCommand CreateAdd()
    {
        var name = new Argument<string>("name") { Description = "What the key is for." };
        var user = User("In whose name; without it, in nobody's in particular.");
        var scopes = new Option<string>("--scopes")
        {
            Description = $"What it may do, of {string.Join(", ", Scopes.All)}.",
            HelpName = "LIST",
            DefaultValueFactory = _ => $"{Scopes.Chat},{Scopes.Execute}",
        };
        var days = UsersCommand.Days("For how long; without it, until it is revoked.");
        return UsersCommand.Make(
            new TaughtCommand("add", "Make a key and print it, this once.", "") { name, user, scopes, days },
            async (arguments, accounts, database, cancellationToken) =>
            {
                var owner = await OwnerAsync(accounts, arguments.GetValue(user), cancellationToken);
                TimeSpan? lifetime = arguments.GetValue(days) is { } number ? TimeSpan.FromDays(number) : null;
                var (secret, key) = await new ApiKeys(database, TimeProvider.System).AddAsync(
                    owner ?? "", arguments.GetValue(name)!, Scopes.Parse(arguments.GetValue(scopes)!), lifetime, cancellationToken);
                await Console.Error.WriteLineAsync($"key {key.Id} may: {string.Join(", ", key.Scopes)}");
                await Console.Out.WriteLineAsync(secret);
            });
    }

    private static TaughtCommand CreateList()
    {
        var user = User("Whose; without it, everybody's.");
        return UsersCommand.Make(
            new TaughtCommand("list", "List the keys, the latest first.", "") { user },
            async (arguments, accounts, database, cancellationToken) =>
            {
                var owner = await OwnerAsync(accounts, arguments.GetValue(user), cancellationToken);
                var users = (await accounts.ListAsync(cancellationToken)).ToDictionary(one => one.Id, one => one.Name);
                foreach (var key in await new ApiKeys(database, TimeProvider.System).ListAsync(owner, cancellationToken))
                {
                    var of = users.GetValueOrDefault(key.Owner, "-");
                    var (may, expires, used) = (string.Join(",", key.Scopes), Day(key.Expires), Day(key.LastUsed));
                    await Console.Out.WriteLineAsync($"{key.Id}  {of}  {may}  expires {expires}  used {used}  {key.Name}");
                }
            });
    }

    private static TaughtCommand CreateRevoke()
    {
        var id = new Argument<string>("id") { Description = "The key's ID, as 'codeact keys list' has it." };
        return UsersCommand.Make(
            new TaughtCommand("revoke", "Make a key worthless, at once.", "") { id },
            async (arguments, _, database, cancellationToken) =>
            {
                if (!await new ApiKeys(database, TimeProvider.System).RevokeAsync(null, arguments.GetValue(id)!, cancellationToken))
                {
                    throw new KeyNotFoundException($"There is no key '{arguments.GetValue(id)}'; 'codeact keys list' has their IDs.");
                }
            });
    }

    private static Option<string?> User(string description) => new("--user") { Description = description, HelpName = "NAME" };

    private static async Task<string?> OwnerAsync(Accounts accounts, string? name, CancellationToken cancellationToken) =>
        name is null ? null : (await accounts.NamedAsync(name, cancellationToken)).Id;

    private static string Day(DateTimeOffset? time) => time is { } day ? $"{day.ToLocalTime():yyyy-MM-dd}" : "never";
}
