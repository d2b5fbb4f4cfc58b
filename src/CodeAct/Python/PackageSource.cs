namespace CodeAct.Python;

/// <summary>Where <c>%pip install</c> in a session takes packages from. Without one it is refused.</summary>
public abstract record PackageSource
{
    private protected PackageSource()
    {
    }

    /// <summary>A folder, or the address of an index when the text begins with <c>http://</c> or <c>https://</c>.</summary>
    /// <exception cref="ArgumentException">There is no such folder, or the address will not do.</exception>
    public static PackageSource Parse(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            ? new PackageIndex(new Uri(text))
            : new PackageFolder(text);

    /// <summary>The policy with which sessions can read the source, when that is a folder.</summary>
    internal static SandboxPolicy Mount(PackageSource? source, SandboxPolicy policy) =>
        source is PackageFolder folder && policy.Mode == SandboxMode.Auto
        && !policy.Mounts.Any(mount => mount.Name == PackageFolder.MountName)
            ? policy with { Mounts = [.. policy.Mounts, new SandboxMount(folder.Path, PackageFolder.MountName)] }
            : policy;
}

/// <summary>A folder of wheels (and of source archives, which are built in the session). Sessions can read all that is in it.</summary>
public sealed record PackageFolder : PackageSource
{
    /// <param name="path">Any folder of the host that the session's user may read.</param>
    /// <exception cref="ArgumentException">There is no such folder.</exception>
    public PackageFolder(string path) => Path = Directory.Exists(path)
        ? System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path))
        : throw new ArgumentException(
            $"There is no folder of packages '{path}'; name one that exists, or an index by its http(s) address.", nameof(path));

    /// <summary>What it is called in a session: a mount.</summary>
    internal const string MountName = "packages";

    /// <summary>Absolute path on the host.</summary>
    public string Path { get; }
}

/// <summary>A package index. The session reaches it only where its network policy lets it.</summary>
public sealed record PackageIndex : PackageSource
{
    /// <param name="url">The address of its "simple" pages.</param>
    /// <exception cref="ArgumentException">It is not of http or https, or holds a password, which the session could read.</exception>
    public PackageIndex(Uri url)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"A package index is an http or https address, not '{url}'.", nameof(url));
        }

        if (url.UserInfo.Length > 0)
        {
            throw new ArgumentException(
                $"The address of the package index at '{url.Host}' holds a password, which code in the session could read; "
                + "use an index that needs none.",
                nameof(url));
        }

        Url = url;
    }

    /// <summary>Its address.</summary>
    public Uri Url { get; }
}

/// <summary>A package source as the worker is told of it: the folder's path on the host, and whether it is mounted elsewhere.</summary>
internal sealed record PackageWire(string? Folder, string? Index)
{
    public static PackageWire? Of(PackageSource? source) => source switch
    {
        null => null,
        PackageFolder folder => new PackageWire(folder.Path, null),
        PackageIndex index => new PackageWire(null, index.Url.ToString()),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
