using System.ComponentModel;

namespace CodeAct.Python;

/// <summary>The files of a workspace as they were.</summary>
/// <remarks>
/// Contents are copied when the file has changed since the snapshot before (by inode, size, and the times of modification and
/// change, the last of which code cannot set). Pipes and sockets have no contents.
/// </remarks>
internal sealed class WorkspaceSnapshot : IDisposable
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(20); // file systems tell times no finer than 10 ms

    private const uint OwnerMayWrite = 0x80;

    private readonly string _root;
    private Dictionary<string, Entry> _entries;

    private WorkspaceSnapshot(string root, Dictionary<string, Entry> entries)
    {
        _root = root;
        _entries = entries;
    }

    /// <param name="root">The workspace. Nothing of its session runs meanwhile, or what it writes is in or not.</param>
    /// <param name="store">Keeps the contents.</param>
    /// <param name="before">The snapshot before, whose contents are shared.</param>
    /// <exception cref="IOException">A file could not be copied, as when the disk is full.</exception>
    public static WorkspaceSnapshot Take(string root, ContentStore store, WorkspaceSnapshot? before)
    {
        var taken = new WorkspaceSnapshot(root, Scan(root));
        var files = taken._entries.Where(item => item.Value.HasContents).ToList();
        try
        {
            ForEach(files, file =>
            {
                var (path, entry) = file;
                entry.Contents = before?._entries.GetValueOrDefault(path) is { } known && Same(known, entry)
                    ? known.Contents?.Share()
                    : store.Copy(root, path);
            });
        }
        catch
        {
            taken.Dispose();
            throw;
        }

        foreach (var (path, _) in files.Where(file => file.Value.Contents is null))
        {
            taken._entries.Remove(path); // gone before it was copied
        }

        return taken;
    }

    /// <summary>Makes the workspace what it was. Nothing of the session may run meanwhile.</summary>
    /// <exception cref="IOException">A file could not be made; what has been made stays.</exception>
    public void Restore()
    {
        var present = Scan(_root);
        var owner = Libc.Stat(_root + "/."); // the root may be a link of the kernel's to where it is mounted
        foreach (var (path, entry) in present.OrderByDescending(item => item.Key.Length))
        {
            var known = _entries.GetValueOrDefault(path);
            if (!Same(known, entry) && !CanWriteOver(known, entry))
            {
                Delete(Path.Join(_root, path), entry);
            }
        }

        var missing = _entries.Where(item => !present.TryGetValue(item.Key, out var now) || !Same(item.Value, now)).ToList();
        foreach (var (path, _) in missing.Where(item => item.Value.Kind == Libc.Directory).OrderBy(item => item.Key.Length))
        {
            Directory.CreateDirectory(Path.Join(_root, path));
            Libc.SetOwner(Path.Join(_root, path), owner);
        }

        ForEach(missing, item => Make(item.Key, item.Value, owner, present.GetValueOrDefault(item.Key)));

        foreach (var (path, entry) in _entries.OrderByDescending(item => item.Key.Length))
        {
            var full = Path.Join(_root, path);
            if (entry.Kind is Libc.RegularFile or Libc.Directory && Libc.Stat(full).Mode != entry.Mode)
            {
                Libc.SetMode(full, entry.Mode);
            }

            entry.Stamp = Libc.Stat(full);
            entry.SeenAt = TimeProvider.System.GetUtcNow().UtcDateTime;
        }
    }

    /// <summary>Makes the same files in another, empty directory.</summary>
    public WorkspaceSnapshot CopyTo(string root)
    {
        var copy = new WorkspaceSnapshot(root, _entries.ToDictionary(item => item.Key, item => item.Value.Copy()));
        copy.Restore();
        return copy;
    }

    public void Dispose()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Contents?.Dispose();
        }

        _entries = [];
    }

    private static bool Same(Entry? before, Entry now) =>
        before is not null && before.Kind == now.Kind && (now.Kind == Libc.Directory || before.IsOld && before.Stamp == now.Stamp);

    private static void Delete(string path, Entry entry)
    {
        if (entry.Kind == Libc.Directory)
        {
            HostileTree.Delete(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static void ForEach<T>(IEnumerable<T> files, Action<T> act)
    {
        try
        {
            Parallel.ForEach(files, act);
        }
        catch (AggregateException several) when (several.InnerException is IOException or Win32Exception)
        {
            throw new IOException(several.InnerException.Message, several.InnerException);
        }
    }

    /// <summary>It is the same file with other contents; one that is not the owner's to write is made anew.</summary>
    private static bool CanWriteOver(Entry? before, Entry now) =>
        before is { Kind: Libc.RegularFile } && now.Kind == Libc.RegularFile && before.Stamp.Inode == now.Stamp.Inode && now.IsWritable;

    private void Make(string path, Entry entry, FileStamp owner, Entry? present)
    {
        var full = Path.Join(_root, path);
        switch (entry.Kind)
        {
            case Libc.SymbolicLink:
                File.CreateSymbolicLink(full, entry.Target!);
                Libc.SetOwner(full, owner);
                break;
            case Libc.RegularFile:
                using (var file = present is not null && CanWriteOver(entry, present)
                    ? Libc.OpenToChangeBelow(_root, path)
                    : Libc.CreateBelow(_root, path))
                {
                    if (entry.Contents is { } contents)
                    {
                        contents.CopyTo(file);
                    }
                    else
                    {
                        RandomAccess.SetLength(file, 0);
                    }

                    File.SetLastWriteTimeUtc(file, entry.Stamp.Modified);
                }

                break;
        }
    }

    // Processes of the session may run: what is below a directory here was below that directory, and not below a link in its place.
    private static Dictionary<string, Entry> Scan(string root) => HostileTree.Walk(root, _ => true)
        .ToDictionary(entry => entry.Path, entry => new Entry(entry.Stamp) { Target = entry.Target }, StringComparer.Ordinal);

    private sealed class Entry(FileStamp stamp)
    {
        public FileStamp Stamp { get; set; } = stamp;

        public DateTime SeenAt { get; set; } = TimeProvider.System.GetUtcNow().UtcDateTime;

        /// <summary>A later change would have another time than this stamp.</summary>
        public bool IsOld => Stamp.Changed < SeenAt - _tick;

        public uint Mode { get; } = stamp.Mode;

        public uint Kind => Mode & Libc.KindOfFile;

        public bool HasContents => Kind == Libc.RegularFile && Stamp.Size > 0;

        public bool IsWritable => (Mode & OwnerMayWrite) != 0;

        public string? Target { get; init; }

        public ContentStore.Contents? Contents { get; set; }

        public Entry Copy() => new(Stamp) { Target = Target, Contents = Contents?.Share() };
    }
}
