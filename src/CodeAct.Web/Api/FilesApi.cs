using CodeAct.Python;
using CodeAct.Web.Chats;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace CodeAct.Web.Api;

/// <summary>The files and variables of a conversation's interpreter.</summary>
internal static class FilesApi
{
    private static readonly FileExtensionContentTypeProvider _types = new();

    /// <summary>A file of the workspace.</summary>
    internal sealed record Kept(string Name, long Bytes);

    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var one = routes.MapGroup("/api/conversations/{id}").WithTags("Files").RequireAuthorization(Scopes.Chat);
        one.MapGet("/files", ListAsync).WithSummary("The files of the workspace");
        one.MapPost("/files", UploadAsync).WithSummary("Give it files, as a form or as one body with ?name=").DisableAntiforgery();
        one.MapGet("/files/{**name}", DownloadAsync).WithSummary("A file of the workspace");
        one.MapGet("/variables", VariablesAsync).WithSummary("The variables of the interpreter");
    }

    /// <summary>The files of a workspace.</summary>
    public static IReadOnlyList<Kept> List(Workspace workspace) =>
        [.. workspace.Files().Select(name => new Kept(name, Length(workspace, name)))];

    /// <summary>Takes in the files of a request: those of its form, or its body as the one of this name.</summary>
    /// <returns>What they are called.</returns>
    public static async Task<IReadOnlyList<string>> TakeAsync(
        HttpRequest request, string? name, Func<string, Stream, Task<string>> add, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        if (request.HasFormContentType)
        {
            foreach (var file in (await request.ReadFormAsync(cancellationToken)).Files)
            {
                await using var contents = file.OpenReadStream();
                names.Add(await add(file.FileName, contents));
            }
        }
        else
        {
            names.Add(await add(
                name ?? throw new BadHttpRequestException("Say what the file is called: ?name=data.csv, or send a form."), request.Body));
        }

        return names;
    }

    /// <summary>A file of a workspace: to be kept, or to be shown where it is.</summary>
    /// <exception cref="KeyNotFoundException">It cannot be read.</exception>
    public static FileStreamHttpResult Download(Workspace workspace, string name, bool inline, HttpResponse response)
    {
        var contents = Open(workspace, name);
        var type = _types.TryGetContentType(name, out var known) ? known : "application/octet-stream";
        if (inline)
        {
            // It is hostile.
            response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'";
            return TypedResults.Stream(contents, type);
        }

        return TypedResults.Stream(contents, type, fileDownloadName: Path.GetFileName(name));
    }

    private static async Task<IReadOnlyList<Kept>> ListAsync(
        string id, Caller caller, LiveConversations conversations, CancellationToken cancellationToken) =>
        List(await WorkspaceAsync(id, caller, conversations, cancellationToken));

    private static async Task<Created<IReadOnlyList<string>>> UploadAsync(
        string id, HttpRequest request, Caller caller, LiveConversations conversations, CancellationToken cancellationToken,
        string? name = null)
    {
        var opened = await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        var names = await TakeAsync(
            request, name, (called, contents) => opened.AddFileAsync(called, contents, cancellationToken), cancellationToken);
        return TypedResults.Created($"/api/conversations/{id}/files", names);
    }

    private static async Task<FileStreamHttpResult> DownloadAsync(
        string id, string name, HttpResponse response, Caller caller, LiveConversations conversations, CancellationToken cancellationToken,
        bool inline = false) =>
        Download(await WorkspaceAsync(id, caller, conversations, cancellationToken), name, inline, response);

    private static async Task<IReadOnlyList<Variable>> VariablesAsync(
        string id, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        var opened = await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        return await (await opened.WakeAsync(cancellationToken)).VariablesAsync(cancellationToken);
    }

    private static Stream Open(Workspace workspace, string name)
    {
        try
        {
            return workspace.OpenRead(name);
        }
        catch (IOException unreadable)
        {
            throw new KeyNotFoundException(unreadable.Message, unreadable);
        }
    }

    private static async Task<Workspace> WorkspaceAsync(
        string id, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        var opened = await conversations.OpenAsync(id, caller.Owner, cancellationToken);
        return (await opened.WakeAsync(cancellationToken)).Workspace;
    }

    private static long Length(Workspace workspace, string name)
    {
        try
        {
            using var file = workspace.OpenRead(name);
            return file.Length;
        }
        catch (IOException)
        {
            return 0; // it went meanwhile
        }
    }
}
