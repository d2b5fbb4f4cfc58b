using CodeAct.Python;

namespace CodeAct.Cli;

/// <summary>Brings what a run makes out of its workspace: files that appeared or changed, and pictures that were shown.</summary>
/// <remarks>The directory is made when the first file comes. A file that was there before is never overwritten.</remarks>
/// <param name="directory">Where to put it.</param>
internal sealed class OutputFiles(string directory)
{
    private readonly HashSet<string> _ours = [];
    private int _pictures;

    /// <summary>Saves what this event brings.</summary>
    /// <returns>The paths of what was saved.</returns>
    public IReadOnlyList<string> Take(CellEvent shown, Workspace workspace) => shown switch
    {
        DisplayData(var data) => Picture(data),
        ExecuteResult(var data) => Picture(data),
        CellEnded ended => [.. ended.Files.Select(file => Copy(workspace, file)).OfType<string>()],
        _ => [],
    };

    private IReadOnlyList<string> Picture(MimeBundle data)
    {
        var (type, ending) = data.Data.ContainsKey("image/png") ? ("image/png", "png") : ("image/jpeg", "jpg");
        if (!data.Data.TryGetValue(type, out var base64))
        {
            return [];
        }

        var path = Place($"figure-{++_pictures}.{ending}");
        File.WriteAllBytes(path, Convert.FromBase64String(base64));
        return [path];
    }

    private string? Copy(Workspace workspace, string file)
    {
        try
        {
            using var source = workspace.OpenRead(file);
            var path = Place(file);
            using var target = File.Create(path);
            source.CopyTo(target);
            return path;
        }
        catch (IOException) when (!File.Exists(Path.Combine(workspace.Root, file)))
        {
            return null; // the cell's own background work has removed it again
        }
    }

    private string Place(string name)
    {
        var path = Path.Combine(directory, name);
        var ending = Path.GetExtension(path);
        var stem = path[..^ending.Length];
        for (var number = 2; Path.Exists(path) && !_ours.Contains(path); number++)
        {
            path = $"{stem}-{number}{ending}";
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _ours.Add(path);
        return path;
    }
}
