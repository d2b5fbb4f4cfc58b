using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>An entry of a directory tree.</summary>
/// <param name="Path">Relative to the root of the tree.</param>
/// <param name="Stamp">What the system knows of it, or of the link itself.</param>
/// <param name="Target">Where a link leads.</param>
internal readonly record struct TreeEntry(string Path, FileStamp Stamp, string? Target);

/// <summary>
/// Lists and deletes a tree in which hostile code may have made anything, and may still be at it: directories that become links
/// at the wrong moment, paths longer than any path may be, names that are no text, directories closed to everyone.
/// </summary>
internal static unsafe partial class HostileTree
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int RemoveDirectory = 0x200; // AT_REMOVEDIR
    private const int ForReading = 0x80000; // O_CLOEXEC, and O_RDONLY is 0
    private const int PathOnly = 0x280000; // O_PATH | O_CLOEXEC
    private const int MostFruitless = 100; // rounds: someone may be making new files
    private const int LongestPath = 1024; // of a directory that is entered: each is reached from the root
    private const int MostInOne = 100_000; // entries of a directory that are looked at
    private const int NameOffset = 19; // of d_name in struct dirent, 64 bit
    private const uint OwnerOnly = 0x1C0; // 0700

    private static readonly EnumerationOptions _everything = new() { AttributesToSkip = FileAttributes.None };

    private static readonly byte[] _itself = [(byte)'.', 0];

    // O_DIRECTORY | O_NOFOLLOW
    private static readonly int _directory = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 0x30000 : 0xC000;

    /// <summary>
    /// What is below the root, a directory before its contents. Only directories that are reached over directories are entered;
    /// what has no name in UTF-8 or lies too deep is left out.
    /// </summary>
    public static IEnumerable<TreeEntry> Walk(string root, Func<string, bool> enters)
    {
        var left = new Queue<string>(["."]);
        while (left.TryDequeue(out var directory))
        {
            foreach (var entry in Entries(root, directory))
            {
                yield return entry;
                if (entry.Stamp.Kind == Libc.Directory && entry.Path.Length < LongestPath && enters(entry.Path))
                {
                    left.Enqueue(entry.Path);
                }
            }
        }
    }

    /// <summary>Deletes a tree; nothing when it is not there. Its depth costs neither stack nor descriptors.</summary>
    /// <exception cref="IOException">Something of it cannot be deleted.</exception>
    public static void Delete(string root)
    {
        var path = Encoding.UTF8.GetBytes(root + '\0');
        var moved = 0;
        for (var fruitless = 0; unlinkat(CurrentDirectory, path, RemoveDirectory) != 0;)
        {
            using var top = Enter(CurrentDirectory, path);
            if (top.IsInvalid)
            {
                return;
            }

            var before = moved;
            var removed = Names(top).Count(name => Remove(top, name) || Flatten(top, name, ref moved));
            fruitless = removed > 0 || moved > before ? 0 : fruitless + 1;
            if (fruitless == MostFruitless)
            {
                throw new IOException($"The directory '{root}' cannot be deleted: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    /// <summary>The entries of one directory, by way of a descriptor that is certainly in the tree.</summary>
    private static List<TreeEntry> Entries(string root, string directory)
    {
        var entries = new List<TreeEntry>();
        try
        {
            using var opened = Libc.OpenBelow(root, directory);
            var path = $"/proc/self/fd/{opened.DangerousGetHandle()}";
            var names = new FileSystemEnumerable<string>(path, (ref entry) => entry.FileName.ToString(), _everything);
            foreach (var name in names.Take(MostInOne).Distinct(StringComparer.Ordinal)) // names that are no text all look the same
            {
                var stamp = Libc.Stat(opened, name);
                var target = stamp.Kind == Libc.SymbolicLink ? new FileInfo(Path.Join(path, name)).LinkTarget : null;
                if (stamp.Mode != 0 && (stamp.Kind == Libc.SymbolicLink) == (target is not null)) // else it has changed meanwhile
                {
                    entries.Add(new TreeEntry(directory == "." ? name : $"{directory}/{name}", stamp, target));
                }
            }
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            // closed to us, gone, or no directory any more
        }

        return entries;
    }

    private static bool Remove(SafeFileHandle directory, byte[] name) =>
        unlinkat(Number(directory), name, 0) == 0 || unlinkat(Number(directory), name, RemoveDirectory) == 0;

    /// <summary>Moves what is in a directory, and cannot be removed there, up into the root.</summary>
    private static bool Flatten(SafeFileHandle top, byte[] name, ref int moved)
    {
        using var inner = Enter(Number(top), name);
        if (inner.IsInvalid)
        {
            return false;
        }

        foreach (var below in Names(inner).Where(below => !Remove(inner, below)))
        {
            Enter(Number(inner), below).Dispose(); // a directory that is closed to us cannot be moved
            renameat(inner, below, top, Encoding.UTF8.GetBytes($".deleted-{moved++}\0"));
        }

        return Remove(top, name);
    }

    /// <summary>Opens a directory that may be closed to us, and certainly not what a link in its place leads to.</summary>
    private static SafeFileHandle Enter(int directory, byte[] name)
    {
        using var found = openat(directory, name, PathOnly | _directory);
        if (found.IsInvalid)
        {
            return new SafeFileHandle();
        }

        fchmodat(CurrentDirectory, Encoding.UTF8.GetBytes($"/proc/self/fd/{Number(found)}\0"), OwnerOnly, 0);
        return openat(Number(found), _itself, ForReading | _directory);
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    /// <summary>The names in a directory as the system has them, each with the zero at its end.</summary>
    private static List<byte[]> Names(SafeFileHandle directory)
    {
        var names = new List<byte[]>();
        using var copy = openat(Number(directory), _itself, ForReading | _directory);
        var stream = copy.IsInvalid ? 0 : fdopendir(copy);
        if (stream == 0)
        {
            return names;
        }

        copy.SetHandleAsInvalid(); // the stream's from here on
        for (var entry = readdir(stream); entry is not null; entry = readdir(stream))
        {
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add([.. name, 0]);
            }
        }

        _ = closedir(stream);
        return names;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle openat(int directory, byte[] name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int directory, byte[] name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat(SafeFileHandle from, byte[] name, SafeFileHandle to, byte[] newName);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmodat(int directory, byte[] name, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint fdopendir(SafeFileHandle directory);

    [LibraryImport("libc")]
    private static partial byte* readdir(nint stream);

    [LibraryImport("libc")]
    private static partial int closedir(nint stream);
}
