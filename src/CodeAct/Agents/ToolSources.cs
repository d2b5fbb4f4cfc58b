namespace CodeAct.Agents;

/// <summary>Where the tools of a run come from, so that it can go on with the same ones: files of the host, by their full paths.</summary>
public sealed record ToolSources
{
    /// <summary>Files of Python functions; null for none.</summary>
    public IReadOnlyList<string>? Python { get; init; }

    /// <summary>Files that name MCP servers; null for none.</summary>
    public IReadOnlyList<string>? Mcp { get; init; }

    /// <summary>Folders of skills, and files of instructions; null for none.</summary>
    public IReadOnlyList<string>? Skills { get; init; }
}
