using CodeAct.Llama.Gguf;

namespace CodeAct.Llama;

/// <summary>A GGUF file that was found.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record CatalogModel(string Path, long Bytes)
{
    /// <summary>The name that the file gives itself, or the file's own.</summary>
    public string Name { get; init; } = System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The architecture that the weights are for, such as <c>llama</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Number of weights.</summary>
    public long Parameters { get; init; }

    /// <summary>How most of the weights are stored, such as <c>Q8_0</c>.</summary>
    public string? Quantization { get; init; }

    /// <summary>Tokens of context that the model was trained for; null when the file does not say.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Why the file cannot be used; null when nothing is known against it.</summary>
    public string? Problem { get; init; }
}

/// <summary>Finds models on this machine without loading them.</summary>
public static class ModelCatalog
{
    /// <summary>The GGUF files in folders and below them, by path; files with a vocabulary alone are left out.</summary>
    /// <param name="directories">Those that do not exist are passed over.</param>
    public static IEnumerable<CatalogModel> List(IEnumerable<string> directories) => directories.Where(Directory.Exists)
        .SelectMany(directory => Directory.EnumerateFiles(directory, "*.gguf", _searched))
        .Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        .Select(Describe).OfType<CatalogModel>();

    private static readonly EnumerationOptions _searched = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    private static CatalogModel? Describe(string path)
    {
        var found = new CatalogModel(path, new FileInfo(path).Length);
        try
        {
            var file = GgufFile.Read(path);
            if (file.Tensors.Count == 0)
                return null;

            return found with
            {
                Name = file.Metadata.Text(GgufKeys.Name) ?? found.Name,
                Architecture = file.Architecture,
                Parameters = file.Parameters,
                Quantization = file.Quantization,
                ContextTokens = file.ContextTokens,
            };
        }
        catch (ModelFileException e)
        {
            return found with { Problem = e.Problem };
        }
    }
}
