namespace CodeAct.Web.Users;

/// <summary>Somebody who has an account.</summary>
/// <param name="Id">Owns conversations and files; never given to anybody else, not even to one of the same name.</param>
/// <param name="Name">As it was chosen; no other differs from it in case only.</param>
/// <param name="IsAdmin">May add and remove users.</param>
/// <param name="Stamp">Changes with the password; who was signed in with another one is not any more.</param>
/// <param name="Created">When the account was made.</param>
public sealed record User(string Id, string Name, bool IsAdmin, string Stamp, DateTimeOffset Created);

/// <summary>What came of a name and a password.</summary>
public abstract record SignInResult
{
    private SignInResult()
    {
    }

    /// <summary>They were right.</summary>
    public sealed record Done(User User) : SignInResult;

    /// <summary>There is no such user, or it has another password; which of the two is not told.</summary>
    public sealed record Wrong : SignInResult;

    /// <summary>There were too many tries; until then even the right password is refused.</summary>
    public sealed record Locked(DateTimeOffset Until) : SignInResult;
}

/// <summary>The user asked for something that cannot be; the message says what, and what would do.</summary>
public sealed class AccountException(string message) : Exception(message);
