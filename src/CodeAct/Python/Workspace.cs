namespace CodeAct.Python;

/// <summary>The directory of one session: the cell's working directory, and the way of files in and out.</summary>
/// <param name="Root">Absolute path on the host.</param>
public sealed record Workspace(string Root);
