using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using CodeAct.Actions;
using CodeAct.Conversations;
using CodeAct.Python;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.Sessions;

/// <summary><c>/api/sessions</c>: interpreters without a conversation.</summary>
internal static class SessionsApi
{
    /// <summary>A session in a list; <c>Busy</c> while a cell runs.</summary>
    internal sealed record Listed(string Id, DateTimeOffset Created, DateTimeOffset LastUsed, int Cells, bool Busy)
    {
        public static Listed Of(LiveSession session) =>
            new(session.Id, session.Created, session.LastUsed, session.Cells, session.IsBusy);
    }

    /// <summary>A cell.</summary>
    /// <param name="Code">Its source.</param>
    /// <param name="Timeout">Seconds until it is interrupted, above zero; 30 unless told.</param>
    internal sealed record ToRun(string? Code, double? Timeout);

    /// <summary>What a cell showed.</summary>
    /// <param name="Status">How it ended.</param>
    /// <param name="Text">All of it as a model is shown it.</param>
    /// <param name="Events">Each thing in its order, as in the log of a conversation; the last one tells how it ended.</param>
    internal sealed record Ran(CellStatus Status, string Text, JsonArray Events);

    /// <summary>Where to fork: the number of a checkpoint; null for the state as it is now.</summary>
    internal sealed record Forking(int? Checkpoint);

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("/api/sessions").WithTags("Sessions").RequireAuthorization(Scopes.Execute);
        all.MapGet("", List).WithSummary("The user's sessions, the oldest first");
        all.MapPost("", BeginAsync).WithSummary("Begin a session: an interpreter of its own, without a conversation");
        var one = all.MapGroup("/{id}");
        one.MapGet("", GetAsync).WithSummary("A session");
        one.MapDelete("", DeleteAsync).WithSummary("End it with whatever runs in it, and delete its files");
        one.MapPost("/cells", RunAsync).WithSummary("Run a cell: one reply, or its events as they come to who accepts text/event-stream")
            .Produces<Ran>().Produces<string>(StatusCodes.Status200OK, "text/event-stream");
        one.MapPost("/interrupt", InterruptAsync).WithSummary("Interrupt the cell that runs");
        one.MapPost("/restart", RestartAsync).WithSummary("Go on in a fresh interpreter; files stay");
        one.MapGet("/variables", VariablesAsync).WithSummary("The variables of the interpreter");
        one.MapGet("/files", FilesAsync).WithSummary("The files of the workspace");
        one.MapPost("/files", UploadAsync).WithSummary("Write files, as a form or as one body with ?name=").DisableAntiforgery();
        one.MapGet("/files/{**name}", DownloadAsync).WithSummary("A file of the workspace");
        one.MapDelete("/files/{**name}", DeleteFileAsync).WithSummary("Delete a file of the workspace");
        one.MapGet("/checkpoints", CheckpointsAsync).WithSummary("The states that it can be taken back to, the oldest first");
        one.MapPost("/checkpoints", KeepAsync).WithSummary("Keep the state as it is now: variables and files");
        one.MapPost("/checkpoints/{number:int}/rollback", RollbackAsync).WithSummary("Take it back to a checkpoint");
        one.MapPost("/fork", ForkAsync).WithSummary("A second session that goes on from a checkpoint, or from the state as it is now");
        routes.MapPost("/api/conversations/{id}/session", ForkConversationAsync).WithTags("Sessions")
            .RequireAuthorization(Scopes.Chat, Scopes.Execute)
            .WithSummary("A session that goes on from the interpreter of a conversation as it is now; the conversation is not touched");
    }

    private static IReadOnlyList<Listed> List(Caller caller, LiveSessions sessions) => [.. sessions.Of(caller.Owner).Select(Listed.Of)];

    private static async Task<Created<Listed>> BeginAsync(Caller caller, LiveSessions sessions, CancellationToken cancellationToken) =>
        Created(await sessions.BeginAsync(caller.Owner, cancellationToken));

    private static async Task<Listed> GetAsync(string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken) =>
        Listed.Of(await sessions.FindAsync(id, caller.Owner, cancellationToken));

    private static async Task<NoContent> DeleteAsync(string id, Caller caller, LiveSessions sessions)
    {
        await sessions.DeleteAsync(id, caller.Owner);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RunAsync(
        string id, ToRun wanted, HttpRequest request, Caller caller, LiveSessions sessions, WebOptions options,
        CancellationToken cancellationToken)
    {
        var cell = Cell(wanted, options.LongestCell);
        var events = (await sessions.FindAsync(id, caller.Owner, cancellationToken)).RunAsync(cell, cancellationToken);
        if (request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType == "text/event-stream"))
        {
            request.HttpContext.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy before us is not to collect them
            return TypedResults.ServerSentEvents(ItemsAsync(events, cancellationToken));
        }

        var shown = await events.ToListAsync(cancellationToken);
        var written = shown.Select(one => JsonNode.Parse(LogJson.Write(one))).ToArray();
        return TypedResults.Json(new Ran(((CellEnded)shown[^1]).Status, ObservationText.Of(shown), [.. written]));
    }

    private static async IAsyncEnumerable<SseItem<string>> ItemsAsync(
        IAsyncEnumerable<CellEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var shown in events.WithCancellation(cancellationToken))
        {
            yield return new SseItem<string>(LogJson.Write(shown), "event");
        }
    }

    private static async Task<NoContent> InterruptAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        (await sessions.FindAsync(id, caller.Owner, cancellationToken)).Python.Interrupt();
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RestartAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        await (await sessions.FindAsync(id, caller.Owner, cancellationToken)).RestartAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IReadOnlyList<Variable>> VariablesAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        using var use = session.Use();
        return await session.Python.VariablesAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<FilesApi.Kept>> FilesAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken) =>
        FilesApi.List(await WorkspaceAsync(id, caller, sessions, cancellationToken));

    private static async Task<Created<IReadOnlyList<string>>> UploadAsync(
        string id, HttpRequest request, Caller caller, LiveSessions sessions, CancellationToken cancellationToken, string? name = null)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        using var use = session.Use();
        var names = await FilesApi.TakeAsync(request, name, AddAsync, cancellationToken);
        return TypedResults.Created($"/api/sessions/{Uri.EscapeDataString(id)}/files", names);

        async Task<string> AddAsync(string called, Stream contents)
        {
            if (called.Split('/').Any(part => part is "" or "." or "..") || called.Any(char.IsControl))
            {
                throw new ArgumentException($"'{called}' is no path in the workspace; take one such as 'data/prices.csv'.", nameof(called));
            }

            await session.Python.Workspace.WriteAsync(called, contents, cancellationToken);
            return called;
        }
    }

    private static async Task<FileStreamHttpResult> DownloadAsync(
        string id, string name, HttpResponse response, Caller caller, LiveSessions sessions, CancellationToken cancellationToken,
        bool inline = false) =>
        FilesApi.Download(await WorkspaceAsync(id, caller, sessions, cancellationToken), name, inline, response);

    private static async Task<NoContent> DeleteFileAsync(
        string id, string name, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var workspace = await WorkspaceAsync(id, caller, sessions, cancellationToken);
        try
        {
            return workspace.Delete(name) ? TypedResults.NoContent() : throw new KeyNotFoundException($"There is no file '{name}'.");
        }
        catch (IOException refused)
        {
            throw new ArgumentException(refused.Message, nameof(name), refused);
        }
    }

    private static async Task<IReadOnlyList<Checkpoint>> CheckpointsAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken) =>
        (await sessions.FindAsync(id, caller.Owner, cancellationToken)).Python.Checkpoints;

    private static async Task<Created<Checkpoint>> KeepAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        using var use = session.Use();
        return TypedResults.Created(
            $"/api/sessions/{Uri.EscapeDataString(id)}/checkpoints", await session.Python.CheckpointAsync(cancellationToken));
    }

    private static async Task<NoContent> RollbackAsync(
        string id, int number, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        using var use = session.Use();
        await session.Python.RollbackAsync(Find(session, number), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Created<Listed>> ForkAsync(
        string id, Forking? fork, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        using var use = session.Use();
        var checkpoint = fork?.Checkpoint is { } number ? Find(session, number) : null;
        return Created(await sessions.ForkAsync(caller.Owner, session.Python, checkpoint, cancellationToken));
    }

    private static async Task<Created<Listed>> ForkConversationAsync(
        string id, Caller caller, LiveConversations conversations, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var python = await (await conversations.OpenAsync(id, caller.Owner, cancellationToken)).WakeAsync(cancellationToken);
        return Created(await sessions.ForkAsync(caller.Owner, python, checkpoint: null, cancellationToken));
    }

    private static Cell Cell(ToRun wanted, TimeSpan longest)
    {
        var code = wanted.Code ?? throw new BadHttpRequestException("""The cell has no code; send {"code": "print(1)"}.""");
        return wanted.Timeout switch
        {
            null => new Cell(code),
            { } seconds when seconds > 0 && seconds <= longest.TotalSeconds => new Cell(code) { Timeout = TimeSpan.FromSeconds(seconds) },
            { } seconds => throw new BadHttpRequestException(
                $"'timeout' must be above 0 and at most {longest.TotalSeconds:0.###} seconds; it is {seconds}."),
        };
    }

    private static Checkpoint Find(LiveSession session, int number) =>
        session.Python.Checkpoints.FirstOrDefault(checkpoint => checkpoint.Id == number)
        ?? throw new KeyNotFoundException(
            $"There is no checkpoint {number}; there are: {string.Join(", ", session.Python.Checkpoints.Select(one => one.Id))}.");

    private static async Task<Workspace> WorkspaceAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        session.Touch();
        return session.Python.Workspace;
    }

    private static Created<Listed> Created(LiveSession session) =>
        TypedResults.Created($"/api/sessions/{Uri.EscapeDataString(session.Id)}", Listed.Of(session));
}
