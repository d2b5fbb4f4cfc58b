using System.ComponentModel;
using System.Text;
using CodeAct.Python;
using Microsoft.AspNetCore.StaticFiles;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace CodeAct.Web.Mcp;

/// <summary>A file that a client gives.</summary>
internal sealed record GivenFile(
    [property: Description("What it is called in the working directory.")] string Name,
    [property: Description("Its contents, for text.")] string? Text = null,
    [property: Description("Its contents in base64, for anything else.")] string? Base64 = null)
{
    /// <exception cref="McpException">It has no contents, or what is to be base64 is none.</exception>
    public Stream Open()
    {
        try
        {
            return new MemoryStream(
                Text is not null ? Encoding.UTF8.GetBytes(Text)
                : Base64 is not null ? Convert.FromBase64String(Base64)
                : throw new McpException($"The file '{Name}' needs 'text' or 'base64'."));
        }
        catch (FormatException wrong)
        {
            throw new McpException($"What 'base64' of the file '{Name}' has is no base64.", wrong);
        }
    }
}

/// <summary>Files of a workspace as clients get them.</summary>
internal static class McpFiles
{
    private const long MostBytes = 10 << 20; // of a file that is read: it goes through a model's client

    private static readonly FileExtensionContentTypeProvider _types = new();
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Names and sizes, a line each.</summary>
    public static string List(Workspace workspace)
    {
        var lines = workspace.Files().Select(name => $"{name} ({Length(workspace, name)} bytes)");
        return string.Join('\n', lines) is { Length: > 0 } list ? list : "There are no files.";
    }

    /// <summary>A file as text, an image, or bytes.</summary>
    /// <exception cref="McpException">It is not there, or too long.</exception>
    public static async Task<ContentBlock> ReadAsync(Workspace workspace, string name, CancellationToken cancellationToken)
    {
        using var contents = new MemoryStream();
        try
        {
            await workspace.CopyOutAsync(name, contents, MostBytes, cancellationToken);
        }
        catch (IOException unreadable)
        {
            throw new McpException(unreadable.Message, unreadable);
        }

        var type = _types.TryGetContentType(name, out var known) ? known : "application/octet-stream";
        if (type.StartsWith("image/", StringComparison.Ordinal) && type != "image/svg+xml")
        {
            return ImageContentBlock.FromBytes(contents.ToArray(), type);
        }

        try
        {
            return new TextContentBlock { Text = _strict.GetString(contents.ToArray()) };
        }
        catch (DecoderFallbackException)
        {
            return new EmbeddedResourceBlock
            {
                Resource = BlobResourceContents.FromBytes(contents.ToArray(), $"workspace:///{Uri.EscapeDataString(name)}", type),
            };
        }
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
