using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CodeAct.Web.OpenAI;

/// <summary>Who says something.</summary>
internal enum Speaker
{
    /// <summary>The program of the client: a system or developer message.</summary>
    System,

    /// <summary>The user.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>A message of a request, whichever interface it came by.</summary>
internal sealed record Said(Speaker By, string Text, IReadOnlyList<Attachment> Files)
{
    /// <summary>The messages with those of one speaker in a row made one.</summary>
    public static IReadOnlyList<Said> Joined(IEnumerable<Said> messages)
    {
        var joined = new List<Said>();
        foreach (var said in messages)
        {
            if (joined is [.., var last] && last.By == said.By)
            {
                joined[^1] = new Said(said.By, Join(last.Text, said.Text), [.. last.Files, .. said.Files]);
            }
            else
            {
                joined.Add(said);
            }
        }

        return joined;
    }

    /// <summary>The same for the same messages, and else never.</summary>
    public static string Hash(IEnumerable<Said> messages)
    {
        var all = messages.Select(said => new { said.By, Text = said.Text.Trim(), Files = said.Files.Select(file => file.Key) });
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(all)));
    }

    public static string Join(string first, string second) =>
        first.Length == 0 || second.Length == 0 ? first + second : $"{first}\n\n{second}";
}

/// <summary>A file that comes with a message.</summary>
internal abstract record Attachment
{
    private Attachment()
    {
    }

    /// <summary>Tells it from others.</summary>
    public abstract string Key { get; }

    /// <summary>One that was uploaded before.</summary>
    internal sealed record Uploaded(string Id) : Attachment
    {
        public override string Key => Id;
    }

    /// <summary>One that the message contains.</summary>
    /// <param name="Name">What it is called in the workspace.</param>
    /// <param name="Type">Its media type.</param>
    /// <param name="Bytes">Its contents.</param>
    internal sealed record Inline(string Name, string Type, byte[] Bytes) : Attachment
    {
        public override string Key { get; } = $"{Name} {Convert.ToHexStringLower(SHA256.HashData(Bytes))}";

        /// <param name="url">A <c>data:</c> URL.</param>
        /// <param name="name">What it is called; null makes a name of its type.</param>
        /// <param name="parameter">Where it stands, for an error.</param>
        /// <exception cref="BadParameterException">It is another URL, or cannot be read.</exception>
        public static Inline OfUrl(string url, string? name, string parameter)
        {
            const string Base64 = ";base64";
            var comma = url.IndexOf(',', StringComparison.Ordinal);
            if (!url.StartsWith("data:", StringComparison.Ordinal) || comma < 0)
            {
                throw new BadParameterException(
                    parameter, "Only data: URLs are taken, such as data:image/png;base64,…: the server fetches nothing for a client.");
            }

            var head = url["data:".Length..comma];
            var type = head.Split(';')[0] is { Length: > 0 } given ? given : "application/octet-stream";
            var bytes = head.EndsWith(Base64, StringComparison.Ordinal)
                ? OfBase64(url[(comma + 1)..], parameter)
                : Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url[(comma + 1)..]));
            var stem = type.StartsWith("image/", StringComparison.Ordinal) ? "image" : "file";
            return new Inline(name ?? stem + Extension(type), type, bytes);
        }

        private static byte[] OfBase64(string text, string parameter)
        {
            try
            {
                return Convert.FromBase64String(text);
            }
            catch (FormatException)
            {
                throw new BadParameterException(parameter, "What stands after ';base64,' is no base64.");
            }
        }

        private static string Extension(string type) => type switch
        {
            "image/png" => ".png",
            "image/jpeg" => ".jpg",
            "image/gif" => ".gif",
            "image/webp" => ".webp",
            "image/svg+xml" => ".svg",
            "application/pdf" => ".pdf",
            "text/csv" => ".csv",
            "application/json" => ".json",
            "text/plain" => ".txt",
            _ => "",
        };
    }
}
