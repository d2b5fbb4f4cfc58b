using System.Text;
using System.Text.RegularExpressions;

namespace CodeAct.Web.OpenAI;

/// <summary>A file that is there because of a conversation: one of its workspace, or a picture that one of its cells showed.</summary>
/// <remarks>
/// Clients know a workspace as a container <c>cntr_CONVERSATION</c>. A picture is called <c>figure-NUMBER.png</c>, by the number of the
/// event that showed it, and is taken from the log, so that it is there as long as the conversation is.
/// </remarks>
internal sealed partial record ContainerFile(string Conversation, string Name)
{
    private const string ContainerMark = "cntr_";
    private const string FileMark = "cfile_";

    private static readonly (string Type, string Extension)[] _pictures =
        [("image/png", "png"), ("image/jpeg", "jpg"), ("image/svg+xml", "svg")];

    /// <summary>Its container.</summary>
    public string Container => ContainerOf(Conversation);

    /// <summary>What it is called in requests.</summary>
    public string Id => $"{FileMark}{Conversation}_{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Name))}";

    /// <summary>The event that showed it; null for a file of the workspace.</summary>
    public long? Event => Figure().Match(Name) is { Success: true } figure ? long.Parse(figure.Groups["number"].ValueSpan) : null;

    public static string ContainerOf(string conversation) => ContainerMark + conversation;

    /// <summary>The conversation of a container; null when it has not the form of one.</summary>
    public static string? ConversationOf(string container) =>
        container.StartsWith(ContainerMark, StringComparison.Ordinal) ? container[ContainerMark.Length..] : null;

    /// <summary>The file of an ID; null when it has not the form of one.</summary>
    public static ContainerFile? OfId(string id)
    {
        if (!id.StartsWith(FileMark, StringComparison.Ordinal) || id[FileMark.Length..].Split('_') is not [var conversation, var name])
        {
            return null;
        }

        try
        {
            return new ContainerFile(conversation, Encoding.UTF8.GetString(Convert.FromHexString(name)));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The picture in what a cell shows; null when there is none.</summary>
    public static (string Type, string Extension, byte[] Bytes)? Picture(IReadOnlyDictionary<string, string> shown)
    {
        foreach (var (type, extension) in _pictures)
        {
            if (shown.GetValueOrDefault(type) is { } data)
            {
                var bytes = type == "image/svg+xml" ? Encoding.UTF8.GetBytes(data) : OfBase64(data);
                return bytes is null ? null : (type, extension, bytes);
            }
        }

        return null;
    }

    // What a cell shows may be anything.
    private static byte[]? OfBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : null;
    }

    [GeneratedRegex(@"\Afigure-(?<number>[0-9]{1,15})\.(?:png|jpg|svg)\z", RegexOptions.NonBacktracking)]
    private static partial Regex Figure();
}
