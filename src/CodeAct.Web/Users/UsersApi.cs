using System.Security.Claims;
using CodeAct.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.Users;

/// <summary><c>/api/keys</c> and, for administrators, <c>/api/users</c> and <c>/api/invitations</c>.</summary>
internal static class UsersApi
{
    private const int MostDays = 3650;

    /// <summary>Who asks, and what the request may do.</summary>
    internal sealed record Myself(string Id, string Name, IReadOnlyList<string> Scopes);

    /// <summary>A key to be made: what for, what it may do (<c>chat</c> and <c>execute</c> unless told), and for how many days.</summary>
    internal sealed record NewKey(string Name, IReadOnlyList<string>? Scopes, int? Days);

    /// <summary>The key itself, which is told only this once.</summary>
    internal sealed record MadeKey(string Key, string Id, IReadOnlyList<string> Scopes, DateTimeOffset? Expires);

    /// <summary>A key as a list shows it.</summary>
    internal sealed record ListedKey(
        string Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset Created, DateTimeOffset? Expires, DateTimeOffset? LastUsed);

    /// <summary>A user to be added.</summary>
    internal sealed record NewUser(string Name, string Password, bool Admin);

    /// <summary>A user as a list shows one.</summary>
    internal sealed record ListedUser(string Id, string Name, bool Admin, DateTimeOffset Created)
    {
        public static ListedUser Of(User user) => new(user.Id, user.Name, user.IsAdmin, user.Created);
    }

    /// <summary>For how many days an invitation holds; 7 unless told.</summary>
    internal sealed record NewInvitation(int? Days);

    /// <summary>What the invited one has to give at <c>/register</c>.</summary>
    internal sealed record Invitation(string Code, int Days);

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/me", Me).RequireAuthorization().WithTags("Users").WithSummary("Who asks");
        var keys = routes.MapGroup("/api/keys").WithTags("Keys").RequireAuthorization(Scopes.Account);
        keys.MapGet("", ListKeysAsync).WithSummary("The user's keys");
        keys.MapPost("", AddKeyAsync).WithSummary("Make a key; it is told only in this reply");
        keys.MapDelete("/{id}", RevokeKeyAsync).WithSummary("Revoke a key");
        var users = routes.MapGroup("/api").WithTags("Users").RequireAuthorization(Scopes.Admin);
        users.MapGet("/users", ListUsersAsync).WithSummary("All users");
        users.MapPost("/users", AddUserAsync).WithSummary("Add a user");
        users.MapDelete("/users/{name}", RemoveUserAsync).WithSummary("Remove a user, who is out at once; conversations stay");
        users.MapPost("/invitations", InviteAsync).WithSummary("Make an invitation for one user");
    }

    private static Myself Me(ClaimsPrincipal user, Caller caller) =>
        new(caller.Owner, user.Identity?.Name ?? "", [.. user.FindAll(Scopes.Claim).Select(scope => scope.Value)]);

    private static async Task<IReadOnlyList<ListedKey>> ListKeysAsync(Caller caller, ApiKeys keys, CancellationToken cancellationToken) =>
    [
        .. (await keys.ListAsync(caller.Owner, cancellationToken))
            .Select(key => new ListedKey(key.Id, key.Name, key.Scopes, key.Created, key.Expires, key.LastUsed)),
    ];

    private static async Task<Created<MadeKey>> AddKeyAsync(
        NewKey asked, Caller caller, ClaimsPrincipal user, ApiKeys keys, CancellationToken cancellationToken)
    {
        var scopes = Scopes.Parse(asked.Scopes is null ? "chat execute" : string.Join(' ', asked.Scopes));
        if (scopes.FirstOrDefault(scope => !user.HasClaim(Scopes.Claim, scope)) is { } missing)
        {
            throw new AccountException($"You cannot give a key the scope '{missing}', which you do not have.");
        }

        var (secret, key) = await keys.AddAsync(caller.Owner, asked.Name, scopes, Lifetime(asked.Days), cancellationToken);
        return TypedResults.Created($"/api/keys/{key.Id}", new MadeKey(secret, key.Id, key.Scopes, key.Expires));
    }

    private static async Task<NoContent> RevokeKeyAsync(
        string id, Caller caller, ApiKeys keys, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(caller.Owner, id, cancellationToken)
            ? TypedResults.NoContent()
            : throw new KeyNotFoundException($"There is no key '{id}'.");

    private static async Task<IReadOnlyList<ListedUser>> ListUsersAsync(Accounts accounts, CancellationToken cancellationToken) =>
        [.. (await accounts.ListAsync(cancellationToken)).Select(ListedUser.Of)];

    private static async Task<Created<ListedUser>> AddUserAsync(NewUser asked, Accounts accounts, CancellationToken cancellationToken)
    {
        var user = await accounts.AddAsync(asked.Name, asked.Password, asked.Admin, cancellationToken);
        return TypedResults.Created($"/api/users/{Uri.EscapeDataString(user.Name)}", ListedUser.Of(user));
    }

    private static async Task<NoContent> RemoveUserAsync(string name, Accounts accounts, CancellationToken cancellationToken)
    {
        await accounts.RemoveAsync(await accounts.NamedAsync(name, cancellationToken), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Created<Invitation>> InviteAsync(
        NewInvitation asked, Accounts accounts, CancellationToken cancellationToken)
    {
        var days = asked.Days ?? 7;
        var code = await accounts.InviteAsync(Lifetime(days)!.Value, cancellationToken);
        return TypedResults.Created((string?)null, new Invitation(code, days));
    }

    private static TimeSpan? Lifetime(int? days) => days switch
    {
        null => null,
        > 0 and <= MostDays => TimeSpan.FromDays(days.Value),
        _ => throw new AccountException($"{days} is no number of days from 1 to {MostDays}."),
    };
}
