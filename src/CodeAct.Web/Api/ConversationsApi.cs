using System.Text;
using System.Text.Json;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Export;
using CodeAct.Web.Chats;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.Api;

/// <summary><c>/api/conversations</c>: everything that the chat page can do, for programs.</summary>
internal static class ConversationsApi
{
    private const int MostListed = 200;

    /// <summary>A conversation in a list; its place, as <c>before</c>, asks for what was updated earlier.</summary>
    internal sealed record Listed(
        string Id, string Title, string Model, DateTimeOffset Created, DateTimeOffset Updated, long Events, string Family, string Place)
    {
        /// <summary>What it does: idle, running or waiting; null in lists.</summary>
        public ConversationState? State { get; init; }

        public static Listed Of(ConversationSummary found) =>
            new(found.Id, found.Title, found.Model, found.Created, found.Updated, found.Events, found.Family, found.Place);
    }

    /// <summary>A new title.</summary>
    internal sealed record Renaming(string Title);

    /// <summary>Where to fork.</summary>
    /// <param name="At">The number of the last event that both have; null for the last one.</param>
    internal sealed record Forking(long? At);

    /// <summary>What was decided about a call.</summary>
    internal sealed record Decision(bool Approve, string? Reason, JsonElement? Arguments, bool Always)
    {
        /// <exception cref="BadHttpRequestException">It says nothing that makes sense.</exception>
        public ApprovalAnswer Answer() => this switch
        {
            { Approve: false, Arguments: not null } or { Approve: false, Always: true } =>
                throw new BadHttpRequestException("A call that is denied has neither arguments nor 'always'."),
            { Approve: false } => new Denied(string.IsNullOrWhiteSpace(Reason) ? "the user said no" : Reason),
            { Arguments.ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) } =>
                throw new BadHttpRequestException("'arguments' must be a JSON object, such as {\"name\": \"value\"}."),
            _ => new Approved
            {
                Arguments = Arguments is { ValueKind: JsonValueKind.Object } given ? given.GetRawText() : null,
                Always = Always,
            },
        };
    }

    public static void MapConversations(this IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("/api/conversations").WithTags("Conversations").RequireAuthorization(Scopes.Chat);
        all.MapGet("", ListAsync).WithSummary("The user's conversations, the latest first; 'q' has words that occur in them");
        all.MapPost("", BeginAsync).WithSummary("Begin a conversation");
        var one = all.MapGroup("/{id}");
        one.MapGet("", GetAsync).WithSummary("A conversation and what it does");
        one.MapPatch("", RenameAsync).WithSummary("Rename it");
        one.MapDelete("", DeleteAsync).WithSummary("Delete it with its branches, files and interpreter");
        one.MapPost("/messages", SendAsync).WithSummary("Take up a message; what comes of it is in the events");
        one.MapPost("/stop", StopAsync).WithSummary("Interrupt the cell that runs; without one, or the second time, the run");
        one.MapPost("/fork", ForkAsync).WithSummary("A new conversation that goes on from one of its events, the interpreter as it was");
        one.MapPost("/approvals/{call}", AnswerAsync).WithSummary("Approve, deny or change the call that waits");
        one.MapGet("/events", EventStream.FollowAsync).WithSummary("Its events, past and coming, as server-sent events");
        one.MapGet("/export", ExportAsync).WithSummary("The conversation as ipynb, md, html or jsonl");
    }

    private static async Task<IReadOnlyList<Listed>> ListAsync(
        Caller caller, IConversationStore store, CancellationToken cancellationToken, string q = "", int limit = 50, string? before = null)
    {
        var query = new ConversationQuery(q, Math.Clamp(limit, 1, MostListed))
        {
            Owner = caller.Owner,
            Before = before,
            OnePerFamily = true,
        };
        return [.. (await store.FindAsync(query, cancellationToken)).Select(Listed.Of)];
    }

    private static async Task<Created<Listed>> BeginAsync(
        Caller caller, LiveConversations conversations, IConversationStore store, CancellationToken cancellationToken)
    {
        var begun = await conversations.BeginAsync(caller.Owner, cancellationToken);
        return TypedResults.Created($"/api/conversations/{begun.Id}", await DescribeAsync(begun, store, cancellationToken));
    }

    private static async Task<Listed> GetAsync(
        string id, Caller caller, LiveConversations conversations, IConversationStore store, CancellationToken cancellationToken) =>
        await DescribeAsync(await conversations.OpenAsync(id, caller.Owner, cancellationToken), store, cancellationToken);

    private static async Task<Listed> RenameAsync(
        string id, Renaming to, Caller caller, LiveConversations conversations, IConversationStore store,
        CancellationToken cancellationToken)
    {
        await conversations.RenameAsync(id, to.Title, caller.Owner, cancellationToken);
        var opened = await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        return await DescribeAsync(opened, store, cancellationToken);
    }

    private static async Task<NoContent> DeleteAsync(
        string id, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        await conversations.DeleteAsync(id, caller.Owner, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Accepted> SendAsync(
        string id, Message message, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(message.Text))
        {
            throw new BadHttpRequestException("The message is empty; send {\"text\": \"…\"}.");
        }

        var opened = await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        await opened.SendAsync(message, cancellationToken);
        return TypedResults.Accepted($"/api/conversations/{id}/events");
    }

    private static async Task<NoContent> StopAsync(
        string id, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        (await conversations.OpenAsync(id, caller.Owner, cancellationToken)).Stop();
        return TypedResults.NoContent();
    }

    private static async Task<Created<Listed>> ForkAsync(
        string id, Forking fork, Caller caller, LiveConversations conversations, IConversationStore store,
        CancellationToken cancellationToken)
    {
        var forked = await conversations.ForkAsync(id, fork.At, caller.Owner, cancellationToken);
        return TypedResults.Created($"/api/conversations/{forked.Id}", await DescribeAsync(forked, store, cancellationToken));
    }

    private static async Task<NoContent> AnswerAsync(
        string id, string call, Decision decision, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        var opened = await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        long? number = call == "own" ? null
            : long.TryParse(call, out var parsed) ? parsed
            : throw new BadHttpRequestException($"'{call}' is no call; it is a number, or 'own'.");
        await opened.AnswerAsync(number, decision.Answer(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<FileContentHttpResult> ExportAsync(
        string id, Caller caller, LiveConversations conversations, IConversationStore store, CancellationToken cancellationToken,
        string to = "ipynb")
    {
        var format = Enum.TryParse<ExportFormat>(to, ignoreCase: true, out var known) && Enum.IsDefined(known)
            ? known
            : throw new BadHttpRequestException(
                $"There is no format '{to}'; there are {string.Join(", ", Enum.GetNames<ExportFormat>()).ToLowerInvariant()}.");
        await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        var text = await ConversationExport.WriteAsync(store, id, format, cancellationToken);
        var (type, extension) = format switch
        {
            ExportFormat.Ipynb => ("application/x-ipynb+json", "ipynb"),
            ExportFormat.Md => ("text/markdown", "md"),
            ExportFormat.Html => ("text/html", "html"),
            _ => ("application/jsonl", "jsonl"),
        };
        return TypedResults.File(Encoding.UTF8.GetBytes(text), $"{type}; charset=utf-8", $"conversation-{id}.{extension}");
    }

    private static async Task<Listed> DescribeAsync(
        LiveConversation opened, IConversationStore store, CancellationToken cancellationToken) =>
        Listed.Of(await store.GetAsync(opened.Id, cancellationToken)) with { State = opened.Audience.State };
}
