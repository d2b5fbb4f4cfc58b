using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>The directory of one session: the cell's working directory, and the way of files in and out.</summary>
/// <remarks>
/// Code in the session may put anything here, and change it at any moment: links that point outside, pipes that never end, files
/// with odd names or of odd sizes. What goes in or out through this class is therefore a regular file below <see cref="Root"/>,
/// reached over no link, and nothing else. All members may be used while a cell runs.
/// </remarks>
public sealed class Workspace : IDisposable
{
    /// <summary>Bytes that are copied out of a workspace unless more are asked for: 1 GiB.</summary>
    public const long MostCopied = 1L << 30;

    private const int MostFiles = 10_000;
    private const int MostEntries = 50_000; // with directories: a listing takes a fraction of a second at the most
    private const int Piece = 1 << 16;

    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PassThrough = Own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const string Alone = "/workspace";
    private const string FilesName = "files";
    private const string BranchesName = "branches";

    private readonly Lock _gate = new();
    private readonly string _place; // a directory with the files, and with the workspaces of branches
    private readonly Workspace? _parent;
    private Dictionary<string, (long Size, DateTimeOffset Written)> _seen = [];
    private List<GivenFile>? _given; // since they were taken last
    private SafeFileHandle? _mounted;
    private int _users = 1; // itself and its branches, whose files are inside

    private Workspace(string place, Workspace? parent)
    {
        _place = Here = place;
        _parent = parent;
        PathInSession = parent is null
            ? Alone
            : Path.Join(Path.GetDirectoryName(parent.PathInSession), BranchesName, Path.GetFileName(place), FilesName);
        Make(place, PassThrough); // a session has its own uid
        Make(Root, Own);
        Make(Path.Combine(place, BranchesName), PassThrough);
    }

    /// <summary>Absolute path on the host, good for every process of this user until the session is disposed.</summary>
    /// <remarks>
    /// Code that reads or writes here by its own means has to see to links itself. Where the workspace is a file system that only
    /// its session has mounted, this is a path below <c>/proc</c> that leads there all the same.
    /// </remarks>
    public string Root => Path.Combine(Here, FilesName);

    /// <summary>The directory on which a file system of its own may be mounted for it and its branches.</summary>
    internal string Place => _parent?.Place ?? _place;

    /// <summary>Its files, as whoever has mounted that finds them.</summary>
    internal string PathBelowPlace => Path.Combine(PlaceOrBranch, FilesName);

    /// <summary>Its size is limited by the file system.</summary>
    internal bool HasQuota => _parent?.HasQuota ?? _mounted is not null;

    /// <summary>Where a session with a private root finds it: that of a branch is the root of the session it was forked from.</summary>
    internal string PathInSession { get; private set; }

    /// <summary>What <c>_place</c> is, or leads to where that is mounted.</summary>
    private string Here { get; set; }

    private string PlaceOrBranch =>
        _parent is null ? _place : Path.Combine(_parent.PlaceOrBranch, BranchesName, Path.GetFileName(_place));

    /// <summary>Makes an empty directory of its own below the system's directory for temporary files.</summary>
    public static Workspace Create() => new(Directory.CreateTempSubdirectory("codeact-workspace-").FullName, parent: null);

    internal static Workspace Create(string parent) => new(Path.Combine(parent, Guid.NewGuid().ToString("N")), parent: null);

    /// <summary>An empty one for a session forked from this one's, inside the part of the file system that both see.</summary>
    internal Workspace CreateBranch()
    {
        Interlocked.Increment(ref _users);
        return new Workspace(Path.Combine(Here, BranchesName, Guid.NewGuid().ToString("N")), this);
    }

    /// <summary>Says that its session goes on in a private root of its own; those forked from it before stay where they are.</summary>
    internal void Separate() => PathInSession = Alone;

    /// <summary>Says that its files are in a file system mounted on it elsewhere, which this descriptor leads to; null when not.</summary>
    internal void Attach(SafeFileHandle? mounted)
    {
        if (mounted is null || _mounted is not null || _parent is not null)
        {
            mounted?.Dispose(); // a fresh interpreter in the same place
            return;
        }

        _mounted = mounted;
        Here = $"/proc/{Environment.ProcessId}/fd/{mounted.DangerousGetHandle()}";
    }

    /// <summary>Copies a file of the host into the workspace.</summary>
    /// <param name="hostPath">Any regular file that this process may read.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <returns>Its name in the workspace: that of the host, with a number added when the name is taken.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is a pipe or a device, or the workspace is full; nothing is left of it then.</exception>
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

        await using var source = Regular(Libc.OpenToRead(hostPath), hostPath);
        var hash = await HashAsync(source, cancellationToken);
        var (name, handle) = CreateNew(Path.GetFileName(hostPath));
        await FillAsync(name, handle, source, cancellationToken);
        Remember(new GivenFile(name, Path.GetFullPath(hostPath), hash));
        return name;
    }

    /// <summary>Copies a file again that another workspace was given, if it is still the same.</summary>
    /// <param name="given">What it was, and its name there and here.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <returns>False when the host's file is gone, cannot be read or has changed; nothing is copied then.</returns>
    /// <exception cref="IOException">The workspace has a file of that name, or is full.</exception>
    public async Task<bool> AddAgainAsync(GivenFile given, CancellationToken cancellationToken)
    {
        FileStream source;
        try
        {
            source = Regular(Libc.OpenToRead(given.Source), given.Source);
        }
        catch (IOException)
        {
            return false;
        }

        await using (source)
        {
            if (await HashAsync(source, cancellationToken) != given.Sha256)
            {
                return false;
            }

            await FillAsync(given.Name, Libc.CreateBelow(Root, given.Name), source, cancellationToken);
            Remember(given);
            return true;
        }
    }

    /// <summary>Writes a file of the workspace, in place of one of that name if there is one; makes its directories.</summary>
    /// <param name="relativePath">With <c>/</c> between its parts.</param>
    /// <param name="contents">Read to its end; not disposed.</param>
    /// <param name="cancellationToken">Stops it; nothing is left of the file then.</param>
    /// <exception cref="IOException">
    /// It would be outside of the workspace, or is reached over a link or <c>..</c>, or a directory has that name, or the
    /// workspace is full; nothing is left of it then.
    /// </exception>
    public async Task WriteAsync(string relativePath, Stream contents, CancellationToken cancellationToken)
    {
        var parts = relativePath.Split('/');
        for (var depth = 1; depth < parts.Length; depth++)
        {
            Libc.MakeDirectoryBelow(Root, string.Join('/', parts.Take(depth)));
        }

        Delete(relativePath); // not opened to be written to: it may be a pipe, or a second name of a file that is to stay
        await FillAsync(relativePath, Libc.CreateBelow(Root, relativePath), contents, cancellationToken);
    }

    /// <summary>Copies a file of the workspace to the host.</summary>
    /// <param name="relativePath">As <see cref="Files"/> gives it.</param>
    /// <param name="target">Where it goes; not disposed. When something fails a part may have been written.</param>
    /// <param name="mostBytes">Longest file that is taken, 0 or more; see <see cref="MostCopied"/>. Gaps of a sparse file count.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <returns>How many bytes it had.</returns>
    /// <exception cref="IOException">As with <see cref="OpenRead"/>, or it is longer, or grows beyond that while it is copied.</exception>
    public async Task<long> CopyOutAsync(string relativePath, Stream target, long mostBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mostBytes);
        await using var source = OpenRead(relativePath);
        if (source.Length > mostBytes)
        {
            throw TooLong(relativePath, source.Length, mostBytes);
        }

        var copied = 0L;
        var piece = new byte[Piece];
        for (int count; (count = await source.ReadAsync(piece, cancellationToken)) > 0;)
        {
            copied += count;
            if (copied > mostBytes)
            {
                throw TooLong(relativePath, copied, mostBytes);
            }

            await target.WriteAsync(piece.AsMemory(0, count), cancellationToken);
        }

        return copied;
    }

    /// <summary>The regular files in it, as relative paths in ordinal order; hidden ones and <c>__pycache__</c> are left out.</summary>
    /// <remarks>At most 10,000.</remarks>
    public IReadOnlyList<string> Files() => [.. Scan().Keys.Order(StringComparer.Ordinal)];

    /// <summary>Opens a file of the workspace for reading.</summary>
    /// <param name="relativePath">As <see cref="Files"/> gives it; with <c>/</c> between its parts.</param>
    /// <exception cref="IOException">It is not there, or is not a regular file, or is reached over a link or <c>..</c>.</exception>
    public Stream OpenRead(string relativePath) => Regular(Libc.OpenBelow(Root, relativePath), relativePath);

    /// <summary>Deletes a file, or a link, a pipe or a socket itself. False when there was nothing.</summary>
    /// <param name="relativePath">With <c>/</c> between its parts.</param>
    /// <exception cref="IOException">It is a directory, or is reached over a link or <c>..</c>.</exception>
    public bool Delete(string relativePath) => Libc.DeleteBelow(Root, relativePath);

    /// <summary>Deletes the directory and all in it.</summary>
    /// <remarks>Code of the session may run no more: what it makes meanwhile is in the way.</remarks>
    public void Dispose()
    {
        if (Volatile.Read(ref _users) > 1)
        {
            HostileTree.Delete(Root); // its branches stay
        }

        Leave();
    }

    /// <summary>The files that appeared or changed since the last call, other than by this class.</summary>
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

    /// <summary>The files that were copied in from the host since the last call; null for none.</summary>
    internal IReadOnlyList<GivenFile>? TakeGiven()
    {
        lock (_gate)
        {
            var given = _given;
            _given = null;
            return given;
        }
    }

    private void Remember(GivenFile given)
    {
        lock (_gate)
        {
            (_given ??= []).Add(given);
        }
    }

    private static async Task<string> HashAsync(FileStream source, CancellationToken cancellationToken)
    {
        var hash = await SHA256.HashDataAsync(source, cancellationToken);
        source.Position = 0;
        return Convert.ToHexStringLower(hash);
    }

    private static IOException TooLong(string path, long length, long most) => new(
        $"'{path}' in the workspace has {CellBudget.Bytes(length)}, more than the {CellBudget.Bytes(most)} that are to be copied; "
        + "ask for more, or let a cell make it smaller.");

    /// <summary>A stream of what was opened without waiting, if that is a regular file.</summary>
    private static FileStream Regular(SafeFileHandle handle, string name)
    {
        if (Libc.Kind(handle) == Libc.RegularFile)
        {
            return new FileStream(handle, FileAccess.Read);
        }

        handle.Dispose();
        throw new IOException($"'{name}' is not a regular file.");
    }

    /// <summary>The files of <see cref="Files"/> with what tells that one has changed.</summary>
    private Dictionary<string, (long Size, DateTimeOffset Written)> Scan()
    {
        var files = new Dictionary<string, (long Size, DateTimeOffset Written)>(StringComparer.Ordinal);
        foreach (var (path, stamp, _) in HostileTree.Walk(Root, path => !IsLeftOut(path)).Take(MostEntries))
        {
            if (stamp.Kind is not (Libc.Directory or Libc.SymbolicLink) && !IsLeftOut(path) && files.Count < MostFiles)
            {
                files[path] = (stamp.Size, new DateTimeOffset(stamp.Modified));
            }
        }

        return files;
    }

    private static bool IsLeftOut(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return name.StartsWith('.') || name.SequenceEqual("__pycache__");
    }

    private (string Name, SafeFileHandle Handle) CreateNew(string wanted)
    {
        for (var number = 1; ; number++)
        {
            var name = number == 1
                ? wanted
                : $"{Path.GetFileNameWithoutExtension(wanted)}-{number}{Path.GetExtension(wanted)}";
            if (Libc.Stat(Path.Combine(Root, name)).Kind == 0)
            {
                return (name, Libc.CreateBelow(Root, name)); // fails when something appeared since
            }
        }
    }

    private async Task FillAsync(string name, SafeFileHandle handle, Stream source, CancellationToken cancellationToken)
    {
        try
        {
            await using var target = new FileStream(handle, FileAccess.Write, bufferSize: 0);
            await source.CopyToAsync(target, Piece, cancellationToken);
            lock (_gate)
            {
                _seen[name] = (target.Length, new DateTimeOffset(File.GetLastWriteTimeUtc(handle)));
            }
        }
        catch
        {
            Delete(name);
            throw;
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
            _mounted?.Dispose();
            Here = _place; // the number of the descriptor may soon be another's
            HostileTree.Delete(_place); // what is mounted there goes with it
            _parent?.Leave();
        }
    }
}

/// <summary>A file of the host that was copied into a workspace.</summary>
/// <param name="Name">In the workspace.</param>
/// <param name="Source">Its absolute path on the host.</param>
/// <param name="Sha256">Of its contents at that time, in hexadecimal.</param>
public sealed record GivenFile(string Name, string Source, string Sha256);
