using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.OpenAI;

/// <summary><c>/v1/files</c>: files that clients upload, to be named in later requests.</summary>
internal static class UploadsApi
{
    private const int MostListed = 1000;
    private const int ForTheForm = 64 << 10; // bytes around the file

    private static readonly FormOptions _form = new() { MultipartBodyLengthLimit = Uploads.MostBytes };

    /// <summary>A file as clients read it.</summary>
    private sealed record FileObject(
        string Id, long Bytes, long CreatedAt, string Filename, string Purpose, string Object = "file", string Status = "processed")
    {
        public static FileObject Of(Upload upload) =>
            new(upload.Id, upload.Bytes, upload.Created.ToUnixTimeSeconds(), upload.Filename, upload.Purpose);
    }

    public static void MapUploads(this IEndpointRouteBuilder v1)
    {
        var files = v1.MapGroup("/files");
        files.MapPost("", AddAsync).WithSummary("Upload a file").DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(Uploads.MostBytes + ForTheForm));
        files.MapGet("", List).WithSummary("The uploaded files");
        files.MapGet("/{id}", Get).WithSummary("An uploaded file");
        files.MapGet("/{id}/content", ContentAsync).WithSummary("The contents of a file, uploaded or made by a cell");
        files.MapDelete("/{id}", Delete).WithSummary("Delete an uploaded file");
    }

    private static async Task<IResult> AddAsync(HttpRequest request, Caller caller, Uploads uploads, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            throw new BadParameterException("file", "Send a form (multipart/form-data) with 'file' and 'purpose'.");
        }

        var form = await request.ReadFormAsync(_form, cancellationToken);
        var file = form.Files.GetFile("file") ?? throw new BadParameterException("file", "The form has no 'file'.");
        var purpose = form["purpose"].ToString() is { Length: > 0 } given ? given : "user_data";
        await using var contents = file.OpenReadStream();
        return OpenAIJson.Answer(FileObject.Of(await uploads.AddAsync(caller.Owner, file.FileName, purpose, contents, cancellationToken)));
    }

    private static JsonHttpResult<object> List(
        Caller caller, Uploads uploads, int limit = MostListed, string? after = null, string? purpose = null)
    {
        var all = uploads.List(caller.Owner).Where(upload => purpose is null || upload.Purpose == purpose);
        var rest = (after is null ? all : all.SkipWhile(upload => upload.Id != after).Skip(1)).ToList();
        var page = rest.Take(Math.Clamp(limit, 1, MostListed)).Select(FileObject.Of).ToList();
        return OpenAIJson.Answer(new
        {
            Object = "list",
            Data = page,
            FirstId = page.FirstOrDefault()?.Id,
            LastId = page.LastOrDefault()?.Id,
            HasMore = page.Count < rest.Count,
        });
    }

    private static JsonHttpResult<object> Get(string id, Caller caller, Uploads uploads) =>
        OpenAIJson.Answer(FileObject.Of(uploads.Get(caller.Owner, id)));

    private static async Task<IResult> ContentAsync(
        string id, Caller caller, Uploads uploads, LiveConversations conversations, CancellationToken cancellationToken)
    {
        if (ContainerFile.OfId(id) is { } made)
        {
            return await ContainersApi.SendAsync(made, caller, conversations, cancellationToken);
        }

        return TypedResults.Stream(uploads.Open(caller.Owner, id), "application/octet-stream", uploads.Get(caller.Owner, id).Filename);
    }

    private static JsonHttpResult<object> Delete(string id, Caller caller, Uploads uploads)
    {
        uploads.Delete(caller.Owner, id);
        return OpenAIJson.Answer(new { Id = id, Object = "file", Deleted = true });
    }
}
