using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CodeAct.Web.Users;

/// <summary>What keeps pages of other sites from using this one through somebody's browser.</summary>
internal static class BrowserRules
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    /// <summary>Adds the headers to every reply, and refuses requests that a page of another site has made.</summary>
    /// <param name="app">What to.</param>
    /// <param name="onLoopback">Then a name that another site has made to mean this machine is refused too.</param>
    public static IApplicationBuilder UseBrowserRules(this IApplicationBuilder app, bool onLoopback) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return onLoopback && !IsLoopback(context.Request.Host.Host)
            ? Refuse(context, StatusCodes.Status400BadRequest,
                $"This server is for this machine alone and does not answer to the name '{context.Request.Host.Host}'; use localhost.")
            : IsForeign(context)
                ? Refuse(context, StatusCodes.Status403Forbidden, "A page of another site has made this request.")
                : next(context);
    });

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // Browsers say where a request comes from; one that carries a cookie and does not say it is refused as well.
    private static bool IsForeign(HttpContext context)
    {
        var request = context.Request;
        var isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if ((isSafe && request.Headers.Upgrade.Count == 0) || BearerKeys.IsKey(request))
        {
            return false;
        }

        return (request.Headers["Sec-Fetch-Site"].ToString(), request.Headers.Origin.ToString()) switch
        {
            ({ Length: > 0 } site, _) => site is not ("same-origin" or "none"),
            (_, { Length: > 0 } origin) =>
                !Uri.TryCreate(origin, UriKind.Absolute, out var from)
                || !from.Authority.Equals(new HostString(request.Host.Value ?? "").Value, StringComparison.OrdinalIgnoreCase),
            _ => request.Cookies.ContainsKey(Access.CookieName),
        };
    }

    private static Task Refuse(HttpContext context, int status, string why) =>
        Results.Problem(why, statusCode: status).ExecuteAsync(context);
}
