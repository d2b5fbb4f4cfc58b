using System.Net;

namespace CodeAct.Web.Users;

/// <summary>Who may use a server, and how much.</summary>
public sealed record AccessOptions
{
    /// <summary>Everybody must sign in or bring a key. Default: false, which is for a server that listens on loopback alone.</summary>
    public bool AccountsRequired { get; init; }

    /// <summary>Cookies go over plain HTTP too. Default: false; true is for a server on loopback.</summary>
    public bool AllowsPlainCookies { get; init; }

    /// <summary>Who may make an account; default: nobody but the administrator.</summary>
    public Registration Registration { get; init; }

    /// <summary>Where else users can sign in; null, the default, for nowhere.</summary>
    public OpenIdOptions? OpenId { get; init; }

    /// <summary>The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; default: none.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>How much of everything.</summary>
    public AccessLimits Limits { get; init; } = new();
}

/// <summary>Who may make an account.</summary>
public enum Registration
{
    /// <summary>Only <c>codeact users add</c> does.</summary>
    Closed,

    /// <summary>Who was given an invitation.</summary>
    Invitation,

    /// <summary>Everybody.</summary>
    Open,
}

/// <summary>A provider of OpenID Connect.</summary>
/// <param name="Authority">Its address, below which <c>.well-known/openid-configuration</c> is.</param>
/// <param name="ClientId">The name under which it knows this server.</param>
/// <param name="ClientSecret">What this server proves that with; null for a public client, which has none.</param>
public sealed record OpenIdOptions(Uri Authority, string ClientId, string? ClientSecret)
{
    /// <summary>What the button says after "Sign in with"; default: the authority's host.</summary>
    public string Name { get => field ?? Authority.Host; init; }
}

/// <summary>How much a user may have and ask for.</summary>
public sealed record AccessLimits
{
    /// <summary>Requests a minute of one user; default 600.</summary>
    public int RequestsPerUser { get; init => field = Positive(value); } = 600;

    /// <summary>Requests a minute from one address, of whoever; default 1,200.</summary>
    public int RequestsPerAddress { get; init => field = Positive(value); } = 1200;

    /// <summary>Tries a minute from one address to sign in or to register; default 10.</summary>
    public int SignInsPerAddress { get; init => field = Positive(value); } = 10;

    /// <summary>Conversations of one user, branches among them; default 10,000.</summary>
    public int Conversations { get; init => field = Positive(value); } = 10_000;

    /// <summary>Interpreters of one user that are alive at once; default 16.</summary>
    public int Sessions { get; init => field = Positive(value); } = 16;

    /// <summary>Bytes that one user has uploaded and not deleted; default 2 GiB.</summary>
    public long FileBytes { get; init => field = Positive(value); } = 2L << 30;

    /// <summary>Bytes of one request; default 64 MiB.</summary>
    public long RequestBytes { get; init => field = Positive(value); } = 64L << 20;

    private static T Positive<T>(T value)
        where T : System.Numerics.INumber<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return value;
    }
}
