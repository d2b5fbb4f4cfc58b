using System.Data.Common;
using System.Globalization;
using CodeAct.Conversations.Sql;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CodeAct.Web.Users;

/// <summary>The users of a server, in the same database as their conversations.</summary>
public sealed class Accounts
{
    /// <summary>Characters of the shortest password.</summary>
    public const int ShortestPassword = 10;

    /// <summary>Wrong passwords in a row, after which the account is locked.</summary>
    public const int MostTries = 5;

    private const int LongestPassword = 200; // characters; hashing takes what it is given
    private const int LongestName = 64; // characters

    /// <summary>How long an account is locked.</summary>
    public static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5);

    private const int Iterations = 210_000; // of PBKDF2 with HMAC-SHA512, as OWASP's password storage cheat sheet has it

    private const string Columns = "id, name, admin, stamp, created";

    private readonly PasswordHasher<User> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly SqlDatabase _database;
    private readonly TimeProvider _time;
    private readonly string _nobodys; // verified where there is no user, so that the answer takes as long

    private Accounts(SqlDatabase database, TimeProvider time)
    {
        (_database, _time) = (database, time);
        _nobodys = _hasher.HashPassword(null!, Secrets.New(""));
    }

    /// <summary>The tables of users, keys and invitations.</summary>
    internal static SqlTables Tables { get; } = new("users", 1, typeof(Accounts));

    /// <summary>Opens the users of a database, which stays with its owner; tables that are not there are made.</summary>
    /// <exception cref="NotSupportedException">A later version wrote them.</exception>
    public static async Task<Accounts> OpenAsync(SqlDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        await database.UpgradeAsync(Tables, cancellationToken);
        return new Accounts(database, time);
    }

    /// <summary>Adds a user.</summary>
    /// <param name="name">1 to 64 characters: letters, digits and <c>. _ - @ +</c>.</param>
    /// <param name="password">At least 10 characters; null for one who signs in elsewhere.</param>
    /// <param name="isAdmin">May add and remove users.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AccountException">The name is taken or cannot be one, or the password is too easy.</exception>
    public async Task<User> AddAsync(string name, string? password, bool isAdmin, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        await using var transaction = await _database.BeginWriteAsync(connection, cancellationToken);
        var user = await AddAsync(connection, name, password, isAdmin, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return user;
    }

    /// <summary>Adds a user who was invited; the invitation is then used up.</summary>
    /// <exception cref="AccountException">As above, or the invitation is none, is used up or too old.</exception>
    public async Task<User> AddInvitedAsync(string invitation, string name, string password, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        await using var transaction = await _database.BeginWriteAsync(connection, cancellationToken);
        var used = await connection.ExecuteAsync(
            "DELETE FROM invitations WHERE hash = @hash AND expires > @now",
            cancellationToken,
            ("hash", Secrets.Hash(invitation.Trim())),
            ("now", Now()));
        if (used == 0)
        {
            throw new AccountException("The invitation is unknown, used up or too old; ask for another one.");
        }

        var user = await AddAsync(connection, name, password, isAdmin: false, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return user;
    }

    /// <summary>Makes an invitation for one user.</summary>
    /// <returns>What the user has to give.</returns>
    public async Task<string> InviteAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var invitation = Secrets.New("in_");
        await using var connection = await _database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            "INSERT INTO invitations (hash, expires) VALUES (@hash, @expires)",
            cancellationToken,
            ("hash", Secrets.Hash(invitation)),
            ("expires", DbCommands.Text(_time.GetUtcNow() + lifetime)));
        return invitation;
    }

    /// <summary>Finds whom a name and a password belong to.</summary>
    public async Task<SignInResult> SignInAsync(string name, string password, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        var found = await connection.QueryAsync(
            $"SELECT {Columns}, password FROM users WHERE folded = @folded",
            row => (User: Read(row), Password: row.Maybe(5)),
            cancellationToken,
            ("folded", Fold(name)));
        if (found is not [{ Password: { } hash } known])
        {
            _hasher.VerifyHashedPassword(null!, _nobodys, password);
            return new SignInResult.Wrong();
        }

        // A try is counted before it is made, so that those made at once are counted too; one that is right takes it back.
        var counted = await connection.ExecuteAsync(
            """
            UPDATE users SET
                tries = CASE WHEN tries + 1 < @most THEN tries + 1 ELSE 0 END,
                locked_until = CASE WHEN tries + 1 < @most THEN '' ELSE @until END
            WHERE id = @id AND locked_until <= @now
            """,
            cancellationToken,
            ("most", (long)MostTries),
            ("until", DbCommands.Text(_time.GetUtcNow() + Lockout)),
            ("id", known.User.Id),
            ("now", Now()));
        if (counted == 0)
        {
            var until = await connection.QueryAsync(
                "SELECT locked_until FROM users WHERE id = @id AND locked_until > @now",
                row => row.Time(0),
                cancellationToken,
                ("id", known.User.Id),
                ("now", Now()));
            return until is [var end] ? new SignInResult.Locked(end) : new SignInResult.Wrong();
        }

        if (_hasher.VerifyHashedPassword(known.User, hash, password) is PasswordVerificationResult.Failed)
        {
            return new SignInResult.Wrong();
        }

        await connection.ExecuteAsync(
            "UPDATE users SET tries = 0, locked_until = '' WHERE id = @id", cancellationToken, ("id", known.User.Id));
        return new SignInResult.Done(known.User);
    }

    /// <summary>The user whom somebody else vouches for; one who comes for the first time is added.</summary>
    /// <param name="issuer">Who vouches.</param>
    /// <param name="subject">The issuer's name for the user, which never changes.</param>
    /// <param name="name">What the user would like to be called; a number is added when it is taken.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<User> FindOrAddAsync(string issuer, string subject, string name, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        await using var transaction = await _database.BeginWriteAsync(connection, cancellationToken);
        var known = await connection.QueryAsync(
            $"SELECT {Columns} FROM users WHERE id = (SELECT owner FROM logins WHERE issuer = @issuer AND subject = @subject)",
            Read,
            cancellationToken,
            ("issuer", issuer),
            ("subject", subject));
        if (known is [var user])
        {
            return user;
        }

        var plain = string.Concat(name.Where(IsOfName));
        plain = plain.Length == 0 ? "user" : plain[..Math.Min(plain.Length, LongestName - 4)];
        var free = plain;
        for (var number = 2; await IsTakenAsync(connection, free, cancellationToken); number++)
        {
            free = $"{plain}{number.ToString(CultureInfo.InvariantCulture)}";
        }

        var added = await AddAsync(connection, free, password: null, isAdmin: false, cancellationToken);
        await connection.ExecuteAsync(
            "INSERT INTO logins (issuer, subject, owner) VALUES (@issuer, @subject, @owner)",
            cancellationToken,
            ("issuer", issuer),
            ("subject", subject),
            ("owner", added.Id));
        await transaction.CommitAsync(cancellationToken);
        return added;
    }

    /// <summary>The user with an ID; null when there is none any more.</summary>
    public async Task<User?> GetAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        return (await connection.QueryAsync($"SELECT {Columns} FROM users WHERE id = @id", Read, cancellationToken, ("id", id)))
            .SingleOrDefault();
    }

    /// <summary>False for one who signs in elsewhere, and for one who is not there.</summary>
    public async Task<bool> HasPasswordAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        var found = await connection.QueryAsync(
            "SELECT id FROM users WHERE id = @id AND password IS NOT NULL", row => row.GetString(0), cancellationToken, ("id", id));
        return found.Count > 0;
    }

    /// <summary>The user with a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public async Task<User> NamedAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        var found = await connection.QueryAsync(
            $"SELECT {Columns} FROM users WHERE folded = @folded", Read, cancellationToken, ("folded", Fold(name)));
        return found.SingleOrDefault()
            ?? throw new KeyNotFoundException($"There is no user '{name}'; 'codeact users list' names those that there are.");
    }

    /// <summary>All users by name.</summary>
    public async Task<IReadOnlyList<User>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        return await connection.QueryAsync($"SELECT {Columns} FROM users ORDER BY folded", Read, cancellationToken);
    }

    /// <summary>Gives a user another password, unlocks the account, and ends wherever the user is signed in.</summary>
    /// <exception cref="AccountException">The password is too easy.</exception>
    public async Task SetPasswordAsync(User user, string password, CancellationToken cancellationToken)
    {
        CheckPassword(user.Name, password);
        await using var connection = await _database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            "UPDATE users SET password = @password, stamp = @stamp, tries = 0, locked_until = '' WHERE id = @id",
            cancellationToken,
            ("password", _hasher.HashPassword(user, password)),
            ("stamp", Secrets.NewId()),
            ("id", user.Id));
    }

    /// <summary>Removes a user with keys and logins; what the user owns stays where it is, and nobody can own it again.</summary>
    public async Task RemoveAsync(User user, CancellationToken cancellationToken)
    {
        await using var connection = await _database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync("DELETE FROM users WHERE id = @id", cancellationToken, ("id", user.Id));
    }

    private async Task<User> AddAsync(
        DbConnection connection, string name, string? password, bool isAdmin, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > LongestName || !name.All(IsOfName))
        {
            throw new AccountException(
                $"'{name}' cannot be a name: it takes 1 to {LongestName} letters, digits and any of . _ - @ +");
        }

        if (await IsTakenAsync(connection, name, cancellationToken))
        {
            throw new AccountException($"The name '{name}' is taken; choose another one.");
        }

        var user = new User(Secrets.NewId(), name, isAdmin, Secrets.NewId(), _time.GetUtcNow());
        if (password is not null)
        {
            CheckPassword(name, password);
        }

        await connection.ExecuteAsync(
            """
            INSERT INTO users (id, name, folded, password, admin, stamp, created)
            VALUES (@id, @name, @folded, @password, @admin, @stamp, @created)
            """,
            cancellationToken,
            ("id", user.Id), ("name", name), ("folded", Fold(name)),
            ("password", password is null ? null : _hasher.HashPassword(user, password)),
            ("admin", isAdmin ? 1L : 0L), ("stamp", user.Stamp), ("created", DbCommands.Text(user.Created)));
        return user;
    }

    private static async Task<bool> IsTakenAsync(DbConnection connection, string name, CancellationToken cancellationToken) =>
        (await connection.QueryAsync(
            "SELECT id FROM users WHERE folded = @folded", row => row.GetString(0), cancellationToken, ("folded", Fold(name)))).Count > 0;

    // Length is what makes a password hard to guess; more rules than that make people write it down.
    private static void CheckPassword(string name, string password)
    {
        if (password.Length is < ShortestPassword or > LongestPassword)
        {
            throw new AccountException(
                $"The password has {password.Length} characters; take {ShortestPassword} to {LongestPassword}, as several words have.");
        }

        if (password.Contains(name, StringComparison.OrdinalIgnoreCase) || password.Distinct().Count() < 5)
        {
            throw new AccountException("The password is the name or nearly one letter; take several words for instance.");
        }
    }

    private static bool IsOfName(char letter) => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '-' or '@' or '+';

    private static string Fold(string name) => name.Replace("\0", "").ToLowerInvariant();

    private static User Read(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt64(2) != 0, row.GetString(3), row.Time(4));

    private string Now() => DbCommands.Text(_time.GetUtcNow());
}
