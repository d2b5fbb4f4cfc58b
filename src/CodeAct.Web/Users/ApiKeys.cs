using System.Data.Common;
using CodeAct.Conversations.Sql;

namespace CodeAct.Web.Users;

/// <summary>A key of a program that asks in somebody's name.</summary>
/// <param name="Id">Names it where the key itself must not be shown.</param>
/// <param name="Owner">The user's ID; empty for nobody in particular.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">From when on it is refused; null for never.</param>
/// <param name="LastUsed">To the minute; null for never.</param>
public sealed record ApiKey(
    string Id,
    string Owner,
    string Name,
    IReadOnlyList<string> Scopes,
    DateTimeOffset Created,
    DateTimeOffset? Expires,
    DateTimeOffset? LastUsed);

/// <summary>The keys to the HTTP interfaces; of each only a hash is kept.</summary>
/// <param name="database">Has the tables of <see cref="Accounts"/>; stays with its owner.</param>
/// <param name="time">Dates and expires keys.</param>
public sealed class ApiKeys(SqlDatabase database, TimeProvider time)
{
    /// <summary>What every key begins with, so that one in the wrong place is found.</summary>
    public const string Prefix = "ca_";

    private const string Columns = "id, owner, name, scopes, created, expires, last_used";
    private const int LongestName = 100; // characters

    private static readonly TimeSpan _noted = TimeSpan.FromMinutes(1); // a use is not written down more often

    /// <summary>Makes a key.</summary>
    /// <param name="owner">The user's ID; empty for nobody in particular.</param>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="scopes">At least one of <see cref="Scopes.All"/>.</param>
    /// <param name="lifetime">Null for ever.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The key, and what is kept of it.</returns>
    /// <exception cref="AccountException">The name is too short or too long, or the lifetime is over.</exception>
    public async Task<(string Secret, ApiKey Key)> AddAsync(
        string owner, string name, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        name = name.Replace("\0", "").Trim();
        if (name.Length is 0 or > LongestName)
        {
            throw new AccountException(
                $"The name of a key has 1 to {LongestName} characters, and this one {name.Length}; say what it is for.");
        }

        if (lifetime <= TimeSpan.Zero)
        {
            throw new AccountException("The key would have expired already; give it a day at least.");
        }

        var secret = Secrets.New(Prefix);
        var now = time.GetUtcNow();
        var key = new ApiKey(Secrets.NewId(), owner, name, scopes, now, now + lifetime, LastUsed: null);
        await using var connection = await database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            INSERT INTO api_keys (id, hash, owner, name, scopes, created, expires)
            VALUES (@id, @hash, @owner, @name, @scopes, @created, @expires)
            """,
            cancellationToken,
            ("id", key.Id), ("hash", Secrets.Hash(secret)), ("owner", owner.Length == 0 ? null : owner), ("name", name),
            ("scopes", string.Join(' ', scopes)), ("created", DbCommands.Text(now)),
            ("expires", key.Expires is { } end ? DbCommands.Text(end) : null));
        return (secret, key);
    }

    /// <summary>What is known of a key, and that it is used now; null when it is none, was revoked or has expired.</summary>
    public async Task<ApiKey?> UseAsync(string secret, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var found = await connection.QueryAsync(
            $"SELECT {Columns} FROM api_keys WHERE hash = @hash", Read, cancellationToken, ("hash", Secrets.Hash(secret)));
        var now = time.GetUtcNow();
        if (found is not [var key] || key.Expires <= now)
        {
            return null;
        }

        if (key.LastUsed is not { } last || now - last >= _noted)
        {
            await connection.ExecuteAsync(
                "UPDATE api_keys SET last_used = @now WHERE id = @id",
                cancellationToken,
                ("now", DbCommands.Text(now)),
                ("id", key.Id));
        }

        return key;
    }

    /// <summary>The keys of an owner, the latest first; null for everybody's.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(string? owner, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return owner is null
            ? await connection.QueryAsync($"SELECT {Columns} FROM api_keys ORDER BY created DESC, id", Read, cancellationToken)
            : await connection.QueryAsync(
                $"SELECT {Columns} FROM api_keys WHERE COALESCE(owner, '') = @owner ORDER BY created DESC, id",
                Read,
                cancellationToken,
                ("owner", owner));
    }

    /// <summary>Makes a key of an owner worthless; null for anybody's.</summary>
    /// <returns>False when the owner has no such key.</returns>
    public async Task<bool> RevokeAsync(string? owner, string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var gone = owner is null
            ? await connection.ExecuteAsync("DELETE FROM api_keys WHERE id = @id", cancellationToken, ("id", id))
            : await connection.ExecuteAsync(
                "DELETE FROM api_keys WHERE id = @id AND COALESCE(owner, '') = @owner",
                cancellationToken,
                ("id", id),
                ("owner", owner));
        return gone > 0;
    }

    private static ApiKey Read(DbDataReader row) => new(
        row.GetString(0),
        row.Maybe(1) ?? "",
        row.GetString(2),
        row.GetString(3).Split(' '),
        row.Time(4),
        row.IsDBNull(5) ? null : row.Time(5),
        row.IsDBNull(6) ? null : row.Time(6));
}
