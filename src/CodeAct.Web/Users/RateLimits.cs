using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace CodeAct.Web.Users;

/// <summary>How many requests a minute.</summary>
internal static class RateLimits
{
    /// <summary>The policy of the routes at which passwords could be tried out.</summary>
    public const string SignIn = "sign-in";

    public static void AddRateLimits(this IServiceCollection services, AccessLimits limits) => services.AddRateLimiter(options =>
    {
        options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(context => Bucket(Address(context), limits.RequestsPerAddress)),
            PartitionedRateLimiter.Create<HttpContext, string>(context => Bucket(Owner(context), limits.RequestsPerUser)));
        options.AddPolicy(SignIn, context => Bucket(Address(context), limits.SignInsPerAddress));
        options.OnRejected = (rejected, cancellationToken) => new ValueTask(RefuseAsync(rejected));
    });

    // Filled again evenly, so that who has used it up waits seconds and not a minute.
    private static RateLimitPartition<string> Bucket(string key, int perMinute) =>
        RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Math.Max(1, perMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / perMinute)),
        });

    private static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    // Who is nobody in particular is limited by address alone.
    private static string Owner(HttpContext context) =>
        context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { Length: > 0 } owner ? owner : $"at {Address(context)}";

    private static Task RefuseAsync(OnRejectedContext rejected)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        rejected.HttpContext.Response.Headers.RetryAfter = seconds;
        return Results.Problem(
            $"There were too many requests; wait {seconds} s.", statusCode: StatusCodes.Status429TooManyRequests)
            .ExecuteAsync(rejected.HttpContext);
    }
}
