using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace CodeAct.Web.OpenAI;

/// <summary><c>/v1/containers</c>: the workspaces of conversations, where what cells make is found.</summary>
internal static class ContainersApi
{
    private static readonly FileExtensionContentTypeProvider _types = new();

    public static void MapContainers(this IEndpointRouteBuilder v1)
    {
        var files = v1.MapGroup("/containers/{id}/files");
        files.MapGet("", ListAsync).WithSummary("The files of a conversation's workspace");
        files.MapGet("/{file}", GetAsync).WithSummary("A file of it, by ID or by name");
        files.MapGet("/{file}/content", ContentAsync).WithSummary("Its contents: what sandbox:/mnt/data/NAME means");
    }

    /// <summary>The contents of a file as an answer.</summary>
    /// <exception cref="KeyNotFoundException">It is not there, or somebody else's.</exception>
    public static async Task<IResult> SendAsync(
        ContainerFile file, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        var contents = await OpenAsync(file, caller, conversations, cancellationToken);
        var type = _types.TryGetContentType(file.Name, out var known) ? known : "application/octet-stream";
        return TypedResults.Stream(contents, type, fileDownloadName: Path.GetFileName(file.Name));
    }

    private static async Task<IResult> ListAsync(
        string id, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        var conversation = Conversation(id);
        var opened = await conversations.OpenAsync(conversation, caller.Owner, cancellationToken);
        var workspace = (await opened.WakeAsync(cancellationToken)).Workspace;
        var files = workspace.Files().Select(name => Describe(new ContainerFile(conversation, name), Length(workspace, name))).ToList();
        return OpenAIJson.Answer(new { Object = "list", Data = files, HasMore = false });
    }

    private static async Task<IResult> GetAsync(
        string id, string file, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        var found = Named(id, file);
        await using var contents = await OpenAsync(found, caller, conversations, cancellationToken);
        return OpenAIJson.Answer(Describe(found, contents.Length));
    }

    private static Task<IResult> ContentAsync(
        string id, string file, Caller caller, LiveConversations conversations, CancellationToken cancellationToken) =>
        SendAsync(Named(id, file), caller, conversations, cancellationToken);

    private static async Task<Stream> OpenAsync(
        ContainerFile file, Caller caller, LiveConversations conversations, CancellationToken cancellationToken)
    {
        var opened = await conversations.OpenAsync(file.Conversation, caller.Owner, cancellationToken);
        if (file.Event is { } number
            && await opened.EventAsync(number, cancellationToken) is CellOutput(var shown)
            && PictureOf(shown) is { } picture)
        {
            return new MemoryStream(picture);
        }

        try
        {
            return (await opened.WakeAsync(cancellationToken)).Workspace.OpenRead(file.Name);
        }
        catch (IOException unreadable)
        {
            throw new KeyNotFoundException(unreadable.Message, unreadable);
        }
    }

    private static byte[]? PictureOf(CellEvent shown) => shown switch
    {
        DisplayData(var bundle) => ContainerFile.Picture(bundle.Data)?.Bytes,
        ExecuteResult(var bundle) => ContainerFile.Picture(bundle.Data)?.Bytes,
        _ => null,
    };

    private static ContainerFile Named(string container, string file)
    {
        var conversation = Conversation(container);
        var named = ContainerFile.OfId(file) ?? new ContainerFile(conversation, Uri.UnescapeDataString(file));
        return named.Conversation == conversation ? named : throw new KeyNotFoundException($"'{file}' is not in '{container}'.");
    }

    private static string Conversation(string container) =>
        ContainerFile.ConversationOf(container) ?? throw new KeyNotFoundException($"There is no container '{container}'.");

    private static object Describe(ContainerFile file, long bytes) => new
    {
        file.Id,
        Object = "container.file",
        ContainerId = file.Container,
        Path = $"/mnt/data/{file.Name}",
        Bytes = bytes,
        Source = "assistant",
    };

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
