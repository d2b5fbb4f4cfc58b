using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace CodeAct.Web.Users;

/// <summary>Ends an open page, which makes no further requests, soon after its user was removed or has another password.</summary>
/// <param name="accounts">The users.</param>
/// <param name="page">Who opened it.</param>
/// <param name="time">Measures how long ago that was looked up.</param>
internal sealed class CircuitGuard(Accounts accounts, AuthenticationStateProvider page, TimeProvider time) : CircuitHandler
{
    private static readonly TimeSpan _trusted = TimeSpan.FromSeconds(10);

    private long? _lookedUp; // a timestamp

    /// <inheritdoc/>
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(
        Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        if (_lookedUp is not { } before || time.GetElapsedTime(before) >= _trusted)
        {
            await CheckAsync();
            _lookedUp = time.GetTimestamp();
        }

        await next(context);
    };

    private async Task CheckAsync()
    {
        var user = (await page.GetAuthenticationStateAsync()).User;
        if (user.FindFirstValue(Principals.Stamp) is { } stamp
            && (await accounts.GetAsync(user.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", CancellationToken.None))?.Stamp != stamp)
        {
            throw new UnauthorizedAccessException("The user is not signed in any more.");
        }
    }
}
