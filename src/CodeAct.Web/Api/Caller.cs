using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace CodeAct.Web.Api;

/// <summary>Who makes a request; a parameter of this type gets it.</summary>
/// <param name="Owner">Whose things it may see and use; empty for the one user of a server without accounts.</param>
internal sealed record Caller(string Owner)
{
    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(Of(context.User));

    public static Caller Of(ClaimsPrincipal user) => new(user.FindFirstValue(ClaimTypes.NameIdentifier) ?? "");
}
