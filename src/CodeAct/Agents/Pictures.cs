using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>Pictures for models that can see: what cells show, and files of the user.</summary>
internal static class Pictures
{
    private const int Most = 4; // of one cell, or one message
    private const int MostBytes = 4 << 20; // of one: providers take some 5 MB

    private static readonly Dictionary<string, string> _types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
    };

    /// <summary>The last that a cell showed.</summary>
    public static IReadOnlyList<AIContent> Of(IEnumerable<CellEvent> shown) =>
        [.. shown.Select(Of).OfType<DataContent>().Where(picture => picture.Data.Length <= MostBytes).TakeLast(Most)];

    /// <summary>Those among the files that the user gave.</summary>
    public static IReadOnlyList<AIContent> Of(Workspace workspace, IEnumerable<string> files)
    {
        var pictures = new List<AIContent>();
        foreach (var file in files.Where(file => _types.ContainsKey(Path.GetExtension(file))))
        {
            using var stream = workspace.OpenRead(file);
            if (stream.Length is > 0 and <= MostBytes && pictures.Count < Most)
            {
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                pictures.Add(new DataContent(bytes, _types[Path.GetExtension(file)]));
            }
        }

        return pictures;
    }

    private static DataContent? Of(CellEvent shown)
    {
        var bundle = shown switch
        {
            DisplayData display => display.Data.Data,
            ExecuteResult result => result.Data.Data,
            _ => null,
        };
        foreach (var type in (string[])["image/png", "image/jpeg"])
        {
            if (bundle?.GetValueOrDefault(type) is { } base64 && TryDecode(base64) is { } bytes)
            {
                return new DataContent(bytes, type);
            }
        }

        return null;
    }

    // What a cell shows may be anything.
    private static byte[]? TryDecode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) ? bytes[..count] : null;
    }
}
