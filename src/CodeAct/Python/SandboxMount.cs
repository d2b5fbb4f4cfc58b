using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace CodeAct.Python;

/// <summary>A file or directory of the host that a session sees besides its workspace.</summary>
public sealed partial record SandboxMount
{
    private static readonly string[] _ofTheKernel = ["/proc", "/sys", "/dev"];

    /// <summary>Names what is mounted.</summary>
    /// <param name="hostPath">Absolute path of what is there on the host, without links on the way.</param>
    /// <param name="name">What it is called in the session: <c>/mnt/NAME</c>; null for the last part of the path.</param>
    /// <exception cref="SandboxPolicyException">The path or the name cannot be had; the message says why.</exception>
    public SandboxMount(string hostPath, string? name = null)
    {
        if (!Path.IsPathRooted(hostPath) || hostPath.Contains('\0', StringComparison.Ordinal))
        {
            throw new SandboxPolicyException($"A mount needs an absolute path of the host, not '{hostPath}'.");
        }

        HostPath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(hostPath));
        if (HostPath == "/" || _ofTheKernel.Any(place => IsWithin(HostPath, place)))
        {
            throw new SandboxPolicyException($"'{HostPath}' is not mounted into a session: it would open the machine to it.");
        }

        Name = name ?? Path.GetFileName(HostPath);
        if (!GoodName().IsMatch(Name))
        {
            throw new SandboxPolicyException(
                $"'{Name}' cannot name a mount; use up to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit.");
        }
    }

    /// <summary>Absolute path on the host.</summary>
    public string HostPath { get; }

    /// <summary>What it is called in the session.</summary>
    public string Name { get; }

    /// <summary>Whether the session may change it; it may not unless told.</summary>
    public bool Writable { get; init; }

    /// <summary>Sees to it that the session will find what was asked for, before anything starts.</summary>
    /// <param name="engine">The engine's own directory.</param>
    /// <param name="byPath">Without a private root the session reaches it by its path on the host.</param>
    /// <exception cref="SandboxPolicyException">It is not there, or cannot be used; the message says why.</exception>
    internal void Check(string engine, bool byPath)
    {
        var real = Libc.RealPath(HostPath)
            ?? throw new SandboxPolicyException($"'{HostPath}' cannot be mounted into a session: there is no such file or directory.");
        if (real != HostPath)
        {
            throw new SandboxPolicyException($"'{HostPath}' is not mounted into a session: it leads over a link. Name '{real}' itself.");
        }

        if (IsWithin(HostPath, engine) || IsWithin(engine, HostPath))
        {
            throw new SandboxPolicyException(
                $"'{HostPath}' is not mounted into a session: the engine keeps the workspaces of all sessions in '{engine}'.");
        }

        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            CheckOpenToOthers(byPath);
        }
    }

    /// <summary>Started by root, each session has a user of its own, who is "others" to every file of the host.</summary>
    [UnsupportedOSPlatform("windows")]
    private void CheckOpenToOthers(bool byPath)
    {
        var isDirectory = Directory.Exists(HostPath);
        var needed = UnixFileMode.OtherRead | (isDirectory ? UnixFileMode.OtherExecute : UnixFileMode.None)
            | (Writable ? UnixFileMode.OtherWrite : UnixFileMode.None);
        if ((File.GetUnixFileMode(HostPath) & needed) != needed)
        {
            throw new SandboxPolicyException(
                $"'{HostPath}' cannot be mounted {(Writable ? "read-write" : "read-only")}: an engine that root has started gives "
                + "each session a user of its own, to whom it is closed. "
                + $"Open it with 'chmod o+r{(Writable ? "w" : "")}{(isDirectory ? "x" : "")} {HostPath}', "
                + "or start the engine as the user whom it belongs to.");
        }

        for (var above = Path.GetDirectoryName(HostPath); byPath && above is not null; above = Path.GetDirectoryName(above))
        {
            if (!File.GetUnixFileMode(above).HasFlag(UnixFileMode.OtherExecute))
            {
                throw new SandboxPolicyException(
                    $"'{HostPath}' cannot be mounted: sessions have users of their own and no private root here, "
                    + $"and '{above}' is closed to them.");
            }
        }
    }

    private static bool IsWithin(string path, string place) =>
        path == place || path.StartsWith(place + "/", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.NonBacktracking)]
    private static partial Regex GoodName();
}
