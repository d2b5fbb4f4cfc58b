namespace CodeAct.Web.Users;

/// <summary>What a request may do; a request has some of them, and each route asks for one.</summary>
public static class Scopes
{
    /// <summary>The type of the claims.</summary>
    public const string Claim = "scope";

    /// <summary>Conversations, their files, and the agent as a model.</summary>
    public const string Chat = "chat";

    /// <summary>Cells without a model: sessions, kernels, <c>/execute</c>.</summary>
    public const string Execute = "execute";

    /// <summary>The user's own keys and password.</summary>
    public const string Account = "account";

    /// <summary>Other users, and invitations.</summary>
    public const string Admin = "admin";

    /// <summary>Each of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Chat, Execute, Account, Admin];

    /// <summary>Those of somebody who signed in.</summary>
    public static IReadOnlyList<string> Of(User user) => user.IsAdmin ? All : [Chat, Execute, Account];

    /// <summary>Reads a list such as <c>chat,execute</c>.</summary>
    /// <exception cref="AccountException">There is no such scope, or none at all.</exception>
    public static IReadOnlyList<string> Parse(string list)
    {
        var named = list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        string[] scopes = [.. named.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return scopes switch
        {
            [] => throw new AccountException($"A key without a scope can do nothing; the scopes are {string.Join(", ", All)}."),
            _ when scopes.Except(All, StringComparer.Ordinal).FirstOrDefault() is { } unknown =>
                throw new AccountException($"There is no scope '{unknown}'; the scopes are {string.Join(", ", All)}."),
            _ => scopes,
        };
    }
}
