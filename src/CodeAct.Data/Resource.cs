namespace CodeAct.Data;

/// <summary>Text files that are built into the library.</summary>
internal static class Resource
{
    public static string Text(string path)
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream(path)
            ?? throw new ArgumentException($"There is no resource {path}.", nameof(path));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static string[] Lines(string path) =>
        Text(path).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
