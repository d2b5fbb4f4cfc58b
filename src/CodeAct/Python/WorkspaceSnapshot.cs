namespace CodeAct.Python;

/// <summary>The files of a workspace as they were.</summary>
/// <remarks>
/// Contents are copied when the file has changed since the snapshot before (by inode, size, and the times of modification and
/// change, the last of which code cannot set), as a reflink where the file system has them. Pipes and sockets have no contents.
/// </remarks>
internal sealed class WorkspaceSnapshot : IDisposable
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(20); // file systems tell times no finer than 10 ms

    private readonly string _root;
    private Dictionary<string, Entry> _entries;

    private WorkspaceSnapshot(string root, Dictionary<string, Entry> entries)
    {
        _root = root;
        _entries = entries;
    }

    /// <param name="root">The workspace. Nothing of its session runs meanwhile, or what it writes is in or not.</param>
    /// <param name="store">An existing directory that only the host can enter.</param>
    /// <param name="before">The snapshot before, whose contents are shared.</param>
    public static WorkspaceSnapshot Take(string root, string store, WorkspaceSnapshot? before)
    {
        var entries = Scan(root);
        var files = entries.Where(item => item.Value.Kind == Libc.RegularFile).ToList();
        Parallel.ForEach(files, file =>
        {
            var (path, entry) = file;
            entry.Contents = before?._entries.GetValueOrDefault(path) is { } known && Same(known, entry)
                ? known.Contents?.Share()
                : Contents.Of(root, path, store);
        });
        foreach (var (path, _) in files.Where(file => file.Value.Contents is null))
        {
            entries.Remove(path); // gone before it was copied
        }

        return new WorkspaceSnapshot(root, entries);
    }

    /// <summary>Makes the workspace what it was. Nothing of the session may run meanwhile.</summary>
    public void Restore()
    {
        var present = Scan(_root);
        var owner = Libc.Stat(_root + "/."); // the root may be a link of the kernel's to where it is mounted
        foreach (var (path, entry) in present.OrderByDescending(item => item.Key.Length))
        {
            if (!Same(_entries.GetValueOrDefault(path), entry))
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

        Parallel.ForEach(missing, item => Make(Path.Join(_root, item.Key), item.Value, owner));

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

    private static void Make(string path, Entry entry, FileStamp owner)
    {
        switch (entry.Kind)
        {
            case Libc.SymbolicLink:
                File.CreateSymbolicLink(path, entry.Target!);
                break;
            case Libc.RegularFile when entry.Contents is { } contents:
                File.Copy(contents.Path, path);
                File.SetLastWriteTimeUtc(path, entry.Stamp.Modified);
                break;
            default:
                return;
        }

        Libc.SetOwner(path, owner);
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

        public string? Target { get; init; }

        public Contents? Contents { get; set; }

        public Entry Copy() => new(Stamp) { Target = Target, Contents = Contents?.Share() };
    }

    /// <summary>What a file held, in a file of the host's that never changes; goes with the last snapshot that has it.</summary>
    private sealed class Contents(string path) : IDisposable
    {
        private int _snapshots = 1;

        public string Path => path;

        public static Contents? Of(string root, string relativePath, string store)
        {
            try
            {
                using var source = Libc.OpenBelow(root, relativePath);
                var copy = System.IO.Path.Join(store, Guid.NewGuid().ToString("N"));
                File.Copy($"/proc/self/fd/{source.DangerousGetHandle()}", copy);
                return new Contents(copy);
            }
            catch (IOException) // gone meanwhile
            {
                return null;
            }
        }

        public Contents Share()
        {
            Interlocked.Increment(ref _snapshots);
            return this;
        }

        public void Dispose()
        {
            if (Interlocked.Decrement(ref _snapshots) == 0)
            {
                File.Delete(path);
            }
        }
    }
}
