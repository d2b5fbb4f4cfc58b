using System.Security.Claims;
using CodeAct.Conversations.Sql;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace CodeAct.Web.Users;

/// <summary>Who asks: a bearer of a key, somebody who signed in, or on a server without accounts nobody in particular.</summary>
internal static class Access
{
    /// <summary>The cookie of who signed in.</summary>
    public const string CookieName = "codeact";

    /// <summary>The scheme of the sign-in elsewhere.</summary>
    public const string OpenId = "OpenId";

    private const string Any = "Any";

    private static readonly TimeSpan _signedIn = TimeSpan.FromDays(14); // since the last request

    /// <summary>Adds who may do what; the tables are those of <paramref name="accounts"/>.</summary>
    public static void AddAccess(
        this IServiceCollection services, AccessOptions options, Accounts accounts, SqlDatabase database, TimeProvider time)
    {
        services.AddSingleton(options).AddSingleton(accounts).AddSingleton(new ApiKeys(database, time));
        services.AddSingleton(time).AddScoped<CircuitHandler, CircuitGuard>();
        services.AddDataProtection().SetApplicationName("codeact");
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new ProtectionKeys(database));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "codeact-form";
            Protect(antiforgery.Cookie, options);
        });
        var authentication = services.AddAuthentication(Any)
            .AddPolicyScheme(Any, null, any => any.ForwardDefaultSelector = context => SchemeOf(context.Request, options))
            .AddScheme<AuthenticationSchemeOptions, BearerKeys>(BearerKeys.Scheme, null)
            .AddScheme<AuthenticationSchemeOptions, NobodyInParticular>(NobodyInParticular.Scheme, null)
            .AddCookie(cookie => Configure(cookie, options));
        if (options.OpenId is { } provider)
        {
            authentication.AddOpenIdConnect(OpenId, openId => Configure(openId, provider, options));
        }

        services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = options.Limits.RequestBytes);
        var authorization = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        foreach (var scope in Scopes.All)
        {
            authorization.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireClaim(Scopes.Claim, scope));
        }

        services.AddRateLimits(options.Limits);
    }

    /// <summary>Finds out who asks and whether that one may, before anything else is done.</summary>
    public static void UseAccess(this WebApplication application, WebOptions options)
    {
        if (options.Access.Proxies.Count > 0)
        {
            var forwarded = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            };
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            options.Access.Proxies.ToList().ForEach(forwarded.KnownIPNetworks.Add);
            application.UseForwardedHeaders(forwarded);
        }

        application.UseBrowserRules(options.Url.IsLoopback && options.Access.Proxies.Count == 0);
        if (!options.Access.AllowsPlainCookies)
        {
            application.Use(RequireTls);
        }

        application.UseAuthentication();
        application.UseRateLimiter();
        application.UseAuthorization();
        application.UseAntiforgery();
    }

    // Programs made for other servers send some key always; without accounts only our own count.
    private static string SchemeOf(HttpRequest request, AccessOptions options) =>
        BearerKeys.IsKey(request) ? BearerKeys.Scheme
        : !options.AccountsRequired ? NobodyInParticular.Scheme
        : BearerKeys.Of(request) is not null ? BearerKeys.Scheme
        : CookieAuthenticationDefaults.AuthenticationScheme;

    // A cookie that may not go over plain HTTP would be lost in silence.
    private static Task RequireTls(HttpContext context, RequestDelegate next) =>
        context.Request.IsHttps || context.GetEndpoint()?.Metadata.GetMetadata<SignInForm>() is null
            ? next(context)
            : Results.Problem(
                "Signing in needs https. Open the https address; behind a proxy that has it, start the server with --proxy ADDRESS.",
                statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);

    private static void Protect(CookieBuilder cookie, AccessOptions options)
    {
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = options.AllowsPlainCookies ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
    }

    private static void Configure(CookieAuthenticationOptions cookie, AccessOptions options)
    {
        cookie.Cookie.Name = CookieName;
        Protect(cookie.Cookie, options);
        cookie.ExpireTimeSpan = _signedIn;
        cookie.LoginPath = "/signin";
        cookie.Events.OnRedirectToLogin = context => RedirectAsync(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
        cookie.Events.OnValidatePrincipal = ValidateAsync;
    }

    // A person is shown the page; a program is told the status.
    private static Task RedirectAsync(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            context.Response.Redirect(context.RedirectUri);
        }
        else
        {
            context.Response.StatusCode = status;
        }

        return Task.CompletedTask;
    }

    // With each request, so that a removed user is out at once, and everywhere when the password is another one.
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var id = context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier);
        var accounts = context.HttpContext.RequestServices.GetRequiredService<Accounts>();
        var user = id is null ? null : await accounts.GetAsync(id, context.HttpContext.RequestAborted);
        if (user is null || user.Stamp != context.Principal?.FindFirstValue(Principals.Stamp))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        }
        else
        {
            context.Principal = Principals.Of(user, CookieAuthenticationDefaults.AuthenticationScheme);
        }
    }

    private static void Configure(OpenIdConnectOptions openId, OpenIdOptions provider, AccessOptions options)
    {
        openId.Authority = provider.Authority.ToString();
        openId.RequireHttpsMetadata = !provider.Authority.IsLoopback;
        (openId.ClientId, openId.ClientSecret) = (provider.ClientId, provider.ClientSecret);
        openId.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        openId.ResponseType = "code";
        openId.ResponseMode = "query"; // comes with the cookies that are Lax
        openId.UsePkce = true;
        openId.MapInboundClaims = false;
        openId.SaveTokens = false;
        openId.Scope.Clear();
        openId.Scope.Add("openid");
        openId.Scope.Add("profile");
        openId.TokenValidationParameters = new TokenValidationParameters { NameClaimType = "preferred_username" };
        Protect(openId.CorrelationCookie, options);
        Protect(openId.NonceCookie, options);
        openId.Events.OnTokenValidated = async context =>
        {
            var (token, services) = (context.SecurityToken, context.HttpContext.RequestServices);
            var name = context.Principal?.Identity?.Name ?? context.Principal?.FindFirstValue("name") ?? "";
            var user = await services.GetRequiredService<Accounts>().FindOrAddAsync(
                token.Issuer, token.Subject, name, context.HttpContext.RequestAborted);
            context.Principal = Principals.Of(user, CookieAuthenticationDefaults.AuthenticationScheme);
        };
        openId.Events.OnRemoteFailure = context =>
        {
            context.HandleResponse();
            context.Response.Redirect("/signin?failed=elsewhere");
            return Task.CompletedTask;
        };
    }
}
