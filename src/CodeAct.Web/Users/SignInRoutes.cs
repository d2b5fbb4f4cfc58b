using System.Globalization;
using System.Security.Claims;
using CodeAct.Web.Api;
using CodeAct.Web.Users.Pages;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.Users;

/// <summary>Marks the routes at which people sign in, and what needs that they have.</summary>
internal sealed record SignInForm;

/// <summary>The pages at which people sign in and out, register, and keep their keys; they work without JavaScript.</summary>
internal static class SignInRoutes
{
    private const string Account = "/account";

    public static void MapSignIn(this IEndpointRouteBuilder routes, AccessOptions options)
    {
        var forms = routes.MapGroup("").ExcludeFromDescription().WithMetadata(new SignInForm());
        forms.MapGet("/signin", Show).AllowAnonymous();
        forms.MapPost("/signin", SignInAsync).AllowAnonymous().RequireRateLimiting(RateLimits.SignIn);
        forms.MapPost("/signout", SignOutAsync).RequireAuthorization(Scopes.Account);
        if (options.OpenId is not null)
        {
            forms.MapGet("/signin/elsewhere", (string? returnUrl) => TypedResults.Challenge(
                new AuthenticationProperties { RedirectUri = Local(returnUrl) }, [Access.OpenId])).AllowAnonymous();
        }

        if (options.Registration is not Registration.Closed)
        {
            forms.MapGet("/register", (string? invitation) => Register(invitation: invitation)).AllowAnonymous();
            forms.MapPost("/register", RegisterAsync).AllowAnonymous().RequireRateLimiting(RateLimits.SignIn);
        }

        var account = forms.MapGroup(Account).RequireAuthorization(Scopes.Account);
        account.MapGet("", (Caller caller, ClaimsPrincipal user, Accounts accounts, ApiKeys keys, CancellationToken cancellationToken) =>
            AccountAsync(caller, user, accounts, keys, cancellationToken));
        account.MapPost("/keys", AddKeyAsync);
        account.MapPost("/keys/revoke", RevokeKeyAsync);
        account.MapPost("/password", ChangePasswordAsync).RequireRateLimiting(RateLimits.SignIn);
    }

    private static RazorComponentResult<SignInSheet> Show(string? returnUrl, string? failed) => SignIn(
        "", Local(returnUrl), failed is null ? null : "You could not be signed in there; try again.");

    private static async Task<IResult> SignInAsync(
        [FromForm] string name, [FromForm] string password, [FromForm] string? returnUrl, Accounts accounts, HttpContext context,
        CancellationToken cancellationToken)
    {
        switch (await accounts.SignInAsync(name, password, cancellationToken))
        {
            case SignInResult.Done(var user):
                await EnterAsync(context, user);
                return TypedResults.LocalRedirect(Local(returnUrl));
            case SignInResult.Locked(var until):
                var locked = $"There were too many tries. The account is locked until {until:HH:mm} UTC.";
                return SignIn(name, Local(returnUrl), locked, StatusCodes.Status403Forbidden);
            default:
                return SignIn(name, Local(returnUrl), "The name or the password is wrong.", StatusCodes.Status401Unauthorized);
        }
    }

    // It has no field but the token; that a form is read is what makes the token be asked for.
    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext context, IFormCollection form)
    {
        _ = form;
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.LocalRedirect("/signin");
    }

    private static async Task<IResult> RegisterAsync(
        [FromForm] string name, [FromForm] string password, [FromForm] string? invitation, Accounts accounts, AccessOptions options,
        HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            var user = options.Registration is Registration.Invitation
                ? await accounts.AddInvitedAsync(invitation ?? "", name, password, cancellationToken)
                : await accounts.AddAsync(name, password, isAdmin: false, cancellationToken);
            await EnterAsync(context, user);
            return TypedResults.LocalRedirect("/");
        }
        catch (AccountException refused)
        {
            return Register(name, invitation, refused.Message);
        }
    }

    private static async Task<IResult> AddKeyAsync(
        [FromForm] string name, [FromForm] string? days, Caller caller, ClaimsPrincipal user, Accounts accounts, ApiKeys keys,
        CancellationToken cancellationToken)
    {
        try
        {
            TimeSpan? lifetime = string.IsNullOrEmpty(days) ? null
                : int.TryParse(days, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 3650 ? TimeSpan.FromDays(number)
                : throw new AccountException($"'{days}' is no number of days from 1 to 3650.");
            var (secret, _) = await keys.AddAsync(caller.Owner, name, [Scopes.Chat, Scopes.Execute], lifetime, cancellationToken);
            return await AccountAsync(caller, user, accounts, keys, cancellationToken, secret: secret);
        }
        catch (AccountException refused)
        {
            return await AccountAsync(caller, user, accounts, keys, cancellationToken, refused.Message);
        }
    }

    private static async Task<RedirectHttpResult> RevokeKeyAsync(
        [FromForm] string id, Caller caller, ApiKeys keys, CancellationToken cancellationToken)
    {
        await keys.RevokeAsync(caller.Owner, id, cancellationToken);
        return TypedResults.LocalRedirect(Account);
    }

    private static async Task<IResult> ChangePasswordAsync(
        [FromForm] string current, [FromForm] string password, Caller caller, ClaimsPrincipal principal, Accounts accounts, ApiKeys keys,
        HttpContext context, CancellationToken cancellationToken)
    {
        var name = principal.Identity?.Name ?? "";
        try
        {
            if (await accounts.SignInAsync(name, current, cancellationToken) is not SignInResult.Done(var user))
            {
                throw new AccountException("The present password is wrong.");
            }

            await accounts.SetPasswordAsync(user, password, cancellationToken);
            await EnterAsync(context, (await accounts.GetAsync(user.Id, cancellationToken))!); // only here, not where else it was
            return TypedResults.LocalRedirect(Account);
        }
        catch (AccountException refused)
        {
            return await AccountAsync(caller, principal, accounts, keys, cancellationToken, refused.Message);
        }
    }

    private static Task EnterAsync(HttpContext context, User user) => context.SignInAsync(
        CookieAuthenticationDefaults.AuthenticationScheme,
        Principals.Of(user, CookieAuthenticationDefaults.AuthenticationScheme),
        new AuthenticationProperties { IsPersistent = true });

    private static RazorComponentResult<SignInSheet> SignIn(
        string name, string returnUrl, string? problem, int status = StatusCodes.Status200OK) =>
        new(new { Name = name, ReturnUrl = returnUrl, Problem = problem }) { StatusCode = status };

    private static RazorComponentResult<RegisterSheet> Register(string? name = null, string? invitation = null, string? problem = null) =>
        new(new { Name = name, Invitation = invitation, Problem = problem })
        {
            StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };

    private static async Task<RazorComponentResult<AccountSheet>> AccountAsync(
        Caller caller, ClaimsPrincipal user, Accounts accounts, ApiKeys keys, CancellationToken cancellationToken,
        string? problem = null, string? secret = null) => new RazorComponentResult<AccountSheet>(new
        {
            UserName = user.Identity?.Name ?? "",
            Keys = await keys.ListAsync(caller.Owner, cancellationToken),
            HasPassword = await accounts.HasPasswordAsync(caller.Owner, cancellationToken),
            Secret = secret,
            Problem = problem,
        })
        { StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };

    // Never to another site, whatever the link said.
    private static string Local(string? url) =>
        url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";
}
