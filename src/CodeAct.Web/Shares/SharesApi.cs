using CodeAct.Conversations;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.Shares;

/// <summary><c>/api/conversations/{id}/share</c>: links under which a conversation can be read; and going on with what was read.</summary>
internal static class SharesApi
{
    /// <summary>A link.</summary>
    /// <param name="Id">Its ID.</param>
    /// <param name="Path">Where it leads, on this server.</param>
    /// <param name="Last">The number of the last event that is shown.</param>
    /// <param name="Created">Since when.</param>
    internal sealed record Link(string Id, string Path, long Last, DateTimeOffset Created)
    {
        public static Link Of(Share share) => new(share.Id, $"/share/{share.Id}", share.Last, share.Created);
    }

    public static void MapShares(this IEndpointRouteBuilder routes)
    {
        var one = routes.MapGroup("/api/conversations/{id}/share").WithTags("Shares").RequireAuthorization(Scopes.Chat);
        one.MapGet("", ListAsync).WithSummary("The links of the conversation, the latest first");
        one.MapPost("", AddAsync).WithSummary("A link to the conversation as it is now; as long as nothing is said, the same one");
        one.MapDelete("", RevokeAsync).WithSummary("Share it no more");
        routes.MapPost("/share/{share}/continue", ContinueAsync)
            .RequireAuthorization(Scopes.Chat)
            .DisableAntiforgery() // pages of other sites are refused before
            .ExcludeFromDescription(); // it is the form of a page
    }

    private static async Task<IReadOnlyList<Link>> ListAsync(
        string id, Caller caller, LiveConversations conversations, SharedConversations shares, CancellationToken cancellationToken)
    {
        await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        return [.. (await shares.OfAsync(id, cancellationToken)).Select(Link.Of)];
    }

    private static async Task<Ok<Link>> AddAsync(
        string id,
        Caller caller,
        LiveConversations conversations,
        IConversationStore store,
        SharedConversations shares,
        CancellationToken cancellationToken)
    {
        await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        return TypedResults.Ok(Link.Of(await shares.AddAsync(await store.GetAsync(id, cancellationToken), cancellationToken)));
    }

    private static async Task<NoContent> RevokeAsync(
        string id, Caller caller, LiveConversations conversations, SharedConversations shares, CancellationToken cancellationToken)
    {
        await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        await shares.RevokeAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<RedirectHttpResult> ContinueAsync(
        string share,
        Caller caller,
        LiveConversations conversations,
        SharedConversations shares,
        CancellationToken cancellationToken)
    {
        var shared = await shares.FindAsync(share, cancellationToken)
            ?? throw new KeyNotFoundException($"Nothing is shared as '{share}', or no more.");
        return TypedResults.LocalRedirect($"/c/{await conversations.ContinueAsync(shared, caller.Owner, cancellationToken)}");
    }
}
