using CodeAct.Python;

namespace CodeAct.Web.Pages.Panels;

/// <summary>A file of a workspace, as a list shows it.</summary>
/// <param name="Name">Its path in the workspace.</param>
/// <param name="Bytes">Its length.</param>
public sealed record WorkspaceFile(string Name, long Bytes)
{
    /// <summary>What a person can be shown of it.</summary>
    internal FileKind Kind => Path.GetExtension(Name).ToLowerInvariant() switch
    {
        ".png" or ".jpg" or ".jpeg" or ".gif" or ".webp" or ".svg" => FileKind.Picture,
        ".csv" or ".tsv" => FileKind.Table,
        _ => FileKind.Other,
    };

    internal static WorkspaceFile Of(Workspace workspace, string name)
    {
        try
        {
            using var file = workspace.OpenRead(name);
            return new WorkspaceFile(name, file.Length);
        }
        catch (IOException)
        {
            return new WorkspaceFile(name, 0); // it went meanwhile
        }
    }
}

/// <summary>What can be shown of a file.</summary>
internal enum FileKind
{
    /// <summary>Its text, if it is text.</summary>
    Other,

    /// <summary>The picture.</summary>
    Picture,

    /// <summary>Rows and columns.</summary>
    Table,
}
