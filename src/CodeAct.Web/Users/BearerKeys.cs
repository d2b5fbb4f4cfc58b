using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CodeAct.Web.Users;

/// <summary>Who brings a key as <c>Authorization: Bearer ca_…</c>, or as <c>token ca_…</c>, which Jupyter's clients say.</summary>
internal sealed class BearerKeys(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public new const string Scheme = "Bearer";

    /// <summary>What the request brings; null when it brings no bearer token.</summary>
    public static string? Of(HttpRequest request) => request.Headers.Authorization.ToString().Split(' ', 2) is [var scheme, var token]
        && (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("token", StringComparison.OrdinalIgnoreCase))
            ? token.Trim()
            : null;

    /// <summary>It brings what looks like a key of ours.</summary>
    public static bool IsKey(HttpRequest request) => Of(request)?.StartsWith(ApiKeys.Prefix, StringComparison.Ordinal) is true;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Of(Request) is not { } secret)
        {
            return AuthenticateResult.NoResult();
        }

        var key = await keys.UseAsync(secret, Context.RequestAborted);
        return key is null
            ? AuthenticateResult.Fail("The key is unknown, was revoked or has expired.")
            : AuthenticateResult.Success(new AuthenticationTicket(
                Principals.Of(key.Owner, key.Name, key.Scopes, Scheme), Scheme));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}

/// <summary>Everybody is nobody in particular: for a server on loopback without accounts.</summary>
internal sealed class NobodyInParticular(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public new const string Scheme = "Nobody";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var name = new Claim("sub", "nobody"); // connections of MCP must be somebody's
        var nobody = Principals.Of("", "", [Scopes.Chat, Scopes.Execute, Scopes.Account], Scheme, name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(nobody, Scheme)));
    }
}

/// <summary>Who asks, as the rest of the server sees it.</summary>
internal static class Principals
{
    /// <summary>The type of the claim that holds <see cref="User.Stamp"/>.</summary>
    public const string Stamp = "stamp";

    /// <summary>Somebody with an owner's ID and scopes.</summary>
    public static ClaimsPrincipal Of(string owner, string name, IEnumerable<string> scopes, string scheme, params Claim[] more) =>
        new(new ClaimsIdentity(
            [
                .. owner.Length > 0 ? [new Claim(ClaimTypes.NameIdentifier, owner)] : Array.Empty<Claim>(),
                new Claim(ClaimTypes.Name, name),
                .. scopes.Select(scope => new Claim(Scopes.Claim, scope)),
                .. more,
            ],
            scheme));

    /// <summary>Somebody who signed in.</summary>
    public static ClaimsPrincipal Of(User user, string scheme) =>
        Of(user.Id, user.Name, Scopes.Of(user), scheme, new Claim(Stamp, user.Stamp));
}
