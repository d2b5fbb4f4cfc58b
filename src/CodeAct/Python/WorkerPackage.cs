using System.Reflection;

namespace CodeAct.Python;

/// <summary>The Python side of the engine: files that are part of this assembly, and what their processes start with.</summary>
internal static class WorkerPackage
{
    public const string Name = "codeact_worker";

    private const UnixFileMode PassThrough = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes the package, and directories <c>workspaces</c> and <c>checkpoints</c>, in an engine's directory.</summary>
    public static void Unpack(string directory)
    {
        Directory.CreateDirectory(Path.Combine(directory, Name));
        var checkpoints = Directory.CreateDirectory(Path.Combine(directory, "checkpoints")).FullName;
        var workspaces = Directory.CreateDirectory(Path.Combine(directory, "workspaces")).FullName;
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            // Sessions have uids of their own; each may pass through to its workspace, which is open to nobody else.
            File.SetUnixFileMode(directory, PassThrough);
            File.SetUnixFileMode(workspaces, PassThrough);
            File.SetUnixFileMode(checkpoints, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (name.StartsWith(Name + "/", StringComparison.Ordinal))
            {
                using var source = assembly.GetManifestResourceStream(name)!;
                using var target = File.Create(Path.Combine(directory, name));
                source.CopyTo(target);
            }
        }
    }

    /// <summary>Where matplotlib keeps what it knows of fonts, which takes seconds to find out.</summary>
    public static string MatplotlibCache { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "codeact",
        "matplotlib");

    /// <summary>All that a worker's process starts with in its environment: nothing comes from this one's. Sessions can read it.</summary>
    public static void SetEnvironment(IDictionary<string, string?> environment)
    {
        environment.Clear();
        environment["PATH"] = "/usr/local/bin:/usr/bin:/bin"; // the worker puts its interpreter before these
        environment["LANG"] = "C.UTF-8";
        environment["MPLBACKEND"] = "Agg";
    }
}
