using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CodeAct.Web.Users;

namespace CodeAct.Web.OpenAI;

/// <summary>A file that a client has uploaded, to be named in requests.</summary>
internal sealed record Upload(string Id, string Filename, long Bytes, string Purpose, DateTimeOffset Created);

/// <summary>Uploaded files: for each owner a directory, and in it one for each file.</summary>
internal sealed class Uploads(WebOptions options)
{
    /// <summary>Most bytes of one file.</summary>
    public const long MostBytes = 100L << 20;

    private const string Contents = "contents";
    private const string Description = "upload.json";
    private static readonly SearchValues<char> _hexadecimal = SearchValues.Create("0123456789abcdef");

    private const int LongestName = 200; // characters

    /// <summary>Keeps a file.</summary>
    /// <exception cref="BadParameterException">That is no name of a file.</exception>
    /// <exception cref="QuotaException">The owner has no room left.</exception>
    public async Task<Upload> AddAsync(
        string owner, string name, string purpose, Stream contents, CancellationToken cancellationToken)
    {
        var last = name.Split('/', '\\')[^1];
        if (last is "" or "." or ".." || last.Length > LongestName || last.Any(char.IsControl))
        {
            throw new BadParameterException("file", $"'{name}' is no name of a file; take one of 1 to {LongestName} characters.");
        }

        if (owner.Length > 0 && List(owner).Sum(upload => upload.Bytes) >= options.Access.Limits.FileBytes)
        {
            throw new QuotaException($"Your uploads take {options.Access.Limits.FileBytes} bytes, as much as they may; delete some.");
        }

        var id = $"file-{Guid.CreateVersion7():N}";
        var directory = Directory.CreateDirectory(Path.Combine(DirectoryOf(owner), id)).FullName;
        try
        {
            await using var file = new FileStream(Path.Combine(directory, Contents), FileMode.CreateNew, FileAccess.Write);
            await contents.CopyToAsync(file, cancellationToken);
            file.Flush(flushToDisk: true);
            var upload = new Upload(id, last, file.Length, purpose, options.Time.GetUtcNow());
            await File.WriteAllBytesAsync(
                Path.Combine(directory, Description), JsonSerializer.SerializeToUtf8Bytes(upload), cancellationToken);
            return upload;
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>All of an owner, the latest first.</summary>
    public IReadOnlyList<Upload> List(string owner) => Directory.Exists(DirectoryOf(owner))
        ? [.. Directory.EnumerateDirectories(DirectoryOf(owner)).OrderDescending(StringComparer.Ordinal).Select(Read).OfType<Upload>()]
        : [];

    /// <exception cref="KeyNotFoundException">There is none, or it is somebody else's.</exception>
    public Upload Get(string owner, string id) => Read(DirectoryOf(owner, id)) ?? throw NoSuchFile(id);

    /// <exception cref="KeyNotFoundException">There is none, or it is somebody else's.</exception>
    public Stream Open(string owner, string id)
    {
        Get(owner, id);
        return File.OpenRead(Path.Combine(DirectoryOf(owner, id), Contents));
    }

    /// <exception cref="KeyNotFoundException">There is none, or it is somebody else's.</exception>
    public void Delete(string owner, string id)
    {
        Get(owner, id);
        Directory.Delete(DirectoryOf(owner, id), recursive: true);
    }

    private static KeyNotFoundException NoSuchFile(string id) => new($"There is no file '{id}'; upload it with POST /v1/files.");

    private static Upload? Read(string directory)
    {
        var path = Path.Combine(directory, Description);
        return File.Exists(path) ? JsonSerializer.Deserialize<Upload>(File.ReadAllBytes(path)) : null; // none while it is being uploaded
    }

    // An ID comes from a client: it names a directory only when it looks like ours.
    private string DirectoryOf(string owner, string id) =>
        id.StartsWith("file-", StringComparison.Ordinal) && id.AsSpan(5).IndexOfAnyExcept(_hexadecimal) < 0
            ? Path.Combine(DirectoryOf(owner), id)
            : throw NoSuchFile(id);

    private string DirectoryOf(string owner) => Path.Combine(
        options.DataDirectory, "uploads", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))[..32]);
}
