namespace CodeAct.Python;

/// <summary>What runs the sessions of an engine; what each can do, <see cref="SessionCapabilities"/> says.</summary>
public enum PythonBackend
{
    /// <summary>Forks of a template process, in a sandbox. Linux.</summary>
    Local,

    /// <summary>
    /// A child process for each session, with all the rights of this one: for platforms without a sandbox, and for code that you trust.
    /// </summary>
    /// <remarks>What native code writes just before it crashes may be lost; a cell's own output is not.</remarks>
    Plain,
}
