using System.IO.Enumeration;

namespace CodeAct.Python;

/// <summary>The directory of one session: the cell's working directory, and the way of files in and out.</summary>
/// <remarks>
/// Code in the session may put anything here: links that point outside, pipes that never end, files with odd names. What is
/// read back through this class is therefore a regular file below <see cref="Root"/> and nothing else.
/// </remarks>
public sealed class Workspace : IDisposable
{
    private const int MostFiles = 10_000;

    private static readonly EnumerationOptions _everyLevel = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden,
    };

    private const UnixFileMode Everyone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly Lock _gate = new();
    private Dictionary<string, (long Size, DateTimeOffset Written)> _seen = [];

    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PassThrough = Own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _directory; // with the files, and with the workspaces of branches
    private readonly Workspace? _parent;
    private int _users = 1; // itself and its branches, whose files are inside

    private Workspace(string directory, Workspace? parent)
    {
        _directory = directory;
        _parent = parent;
        Root = Path.Combine(directory, "files");
        Make(directory, PassThrough); // a session has its own uid
        Make(Root, Own);
        Make(Branches, PassThrough);
    }

    /// <summary>Absolute path on the host.</summary>
    public string Root { get; }

    /// <summary>Where a session with a private root finds it.</summary>
    internal string PathInSession => _parent is null
        ? "/workspace"
        : Path.Join(Path.GetDirectoryName(_parent.PathInSession), "branches", Path.GetFileName(_directory), "files");

    private string Branches => Path.Combine(_directory, "branches");

    /// <summary>Makes an empty directory of its own below the system's directory for temporary files.</summary>
    public static Workspace Create() => new(Directory.CreateTempSubdirectory("codeact-workspace-").FullName, parent: null);

    internal static Workspace Create(string parent) => new(Path.Combine(parent, Guid.NewGuid().ToString("N")), parent: null);

    /// <summary>An empty one for a session forked from this one's, inside the part of the file system that both see.</summary>
    internal Workspace CreateBranch()
    {
        Interlocked.Increment(ref _users);
        return new Workspace(Path.Combine(Branches, Guid.NewGuid().ToString("N")), this);
    }

    /// <summary>Copies a file of the host into the workspace.</summary>
    /// <param name="hostPath">Any file that this process may read.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <returns>Its name in the workspace: that of the host, with a number added when the name is taken.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<string> AddFileAsync(string hostPath, CancellationToken cancellationToken)
    {
        if (!File.Exists(hostPath))
        {
            throw new FileNotFoundException(
                Directory.Exists(hostPath)
                    ? $"'{hostPath}' is a directory; name the files in it one by one."
                    : $"There is no file '{hostPath}'; check the path (the current directory is '{Environment.CurrentDirectory}').",
                hostPath);
        }

        await using var source = new FileStream(hostPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, useAsync: true);
        var (name, target) = CreateNew(Path.GetFileName(hostPath));
        await using (target)
        {
            await source.CopyToAsync(target, cancellationToken);
        }

        var file = new FileInfo(Path.Combine(Root, name));
        lock (_gate)
        {
            _seen[name] = (file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
        }

        return name;
    }

    /// <summary>The regular files in it, as relative paths in ordinal order; hidden ones and <c>__pycache__</c> are left out.</summary>
    /// <remarks>At most 10,000.</remarks>
    public IReadOnlyList<string> Files() => [.. Scan().Keys.Order(StringComparer.Ordinal)];

    /// <summary>Opens a file of the workspace for reading.</summary>
    /// <param name="relativePath">As <see cref="Files"/> gives it; with <c>/</c> between its parts.</param>
    /// <exception cref="IOException">It is not there, or is not a regular file, or is reached over a link or <c>..</c>.</exception>
    public Stream OpenRead(string relativePath)
    {
        var handle = Libc.OpenBelow(Root, relativePath);
        try
        {
            Span<byte> first = stackalloc byte[1];
            RandomAccess.Read(handle, first, 0); // a pipe or a directory fails here, and opening it did not wait
            return new FileStream(handle, FileAccess.Read);
        }
        catch (Exception failure) when (failure is IOException or NotSupportedException or UnauthorizedAccessException)
        {
            handle.Dispose();
            throw new IOException($"'{relativePath}' in the workspace is not a regular file.", failure);
        }
    }

    /// <summary>Deletes the directory and all in it.</summary>
    public void Dispose()
    {
        Delete(Root);
        Leave();
    }

    /// <summary>The files that appeared or changed since the last call, other than by <see cref="AddFileAsync"/>.</summary>
    internal IReadOnlyList<string> TakeChanges()
    {
        var now = Scan();
        lock (_gate)
        {
            var changed = now.Where(file => !_seen.TryGetValue(file.Key, out var before) || before != file.Value);
            IReadOnlyList<string> names = [.. changed.Select(file => file.Key).Order(StringComparer.Ordinal)];
            _seen = now;
            return names;
        }
    }

    /// <summary>The files of <see cref="Files"/> with what tells that one has changed.</summary>
    private Dictionary<string, (long Size, DateTimeOffset Written)> Scan()
    {
        var entries = new FileSystemEnumerable<(string Path, long Size, DateTimeOffset Written)>(
            Root,
            (ref entry) => (RelativePath(ref entry), entry.Length, entry.LastWriteTimeUtc),
            _everyLevel)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => !entry.FileName.SequenceEqual("__pycache__"),
        };
        return entries.Take(MostFiles).ToDictionary(file => file.Path, file => (file.Size, file.Written), StringComparer.Ordinal);
    }

    private static string RelativePath(ref FileSystemEntry entry) =>
        Path.Join(entry.Directory[entry.RootDirectory.Length..].TrimStart('/'), entry.FileName);

    private (string Name, FileStream Stream) CreateNew(string wanted)
    {
        for (var number = 1; ; number++)
        {
            var name = number == 1
                ? wanted
                : $"{Path.GetFileNameWithoutExtension(wanted)}-{number}{Path.GetExtension(wanted)}";
            var path = Path.Combine(Root, name);
            if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
            {
                continue;
            }

            // CreateNew does not follow a link that appeared since.
            var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(stream.SafeFileHandle, Everyone); // the session has another uid; the directory is closed to others
            }

            return (name, stream);
        }
    }

    private static void Make(string directory, UnixFileMode mode)
    {
        Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, mode);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Delete(_directory);
            _parent?.Leave();
        }
    }

    private static void Delete(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            Unlock(directory); // what code of the session has closed to us
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Unlock(string root)
    {
        var closed = new Stack<string>([root]);
        while (!OperatingSystem.IsWindows() && closed.TryPop(out var directory))
        {
            File.SetUnixFileMode(directory, Own);
            foreach (var inner in new DirectoryInfo(directory).EnumerateDirectories().Where(inner => inner.LinkTarget is null))
            {
                closed.Push(inner.FullName);
            }
        }
    }
}
