using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

// Files below a directory that others may change at any moment: no link and no `..` is followed on the way, whatever they do.
internal static unsafe partial class Libc
{
    private const int WriteOnly = 1;
    private const int MakeNew = 0x40 | 0x80; // O_CREAT, O_EXCL
    private const int OnlyName = 0x200000; // O_PATH
    private const int NoEntry = 2; // ENOENT
    private const int Exists = 17; // EEXIST
    private const ulong ReadableByAll = 0x1A4; // rw-r--r--; the directory is closed to others
    private const int UsableByAll = 0x1ED; // rwxr-xr-x
    private const int AtCurrent = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int OfHandle = 0x1000; // AT_EMPTY_PATH

    /// <summary>Opens <paramref name="path"/> for reading, refusing links and <c>..</c> on the way below <paramref name="root"/>.</summary>
    /// <remarks>Does not wait for the other end of a pipe; see <see cref="Kind"/>.</remarks>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenBelow(string root, string path) => OpenBelow(root, path, NonBlocking, mode: 0, "read from");

    /// <summary>Makes a new file for writing in the same way; it belongs to the owner of the root.</summary>
    /// <exception cref="IOException">It cannot be made, or something of that name exists.</exception>
    public static SafeFileHandle CreateBelow(string root, string path)
    {
        var made = OpenBelow(root, path, WriteOnly | MakeNew, ReadableByAll, "written to");
        var owner = Stat(root + "/.");
        if (Environment.IsPrivilegedProcess && fchown(made, owner.User, owner.Group) != 0)
        {
            var why = new Win32Exception(Marshal.GetLastPInvokeError());
            made.Dispose();
            throw Failure(root, path, "written to", why);
        }

        return made;
    }

    /// <summary>Opens a file for writing in the same way.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenToChangeBelow(string root, string path) =>
        OpenBelow(root, path, WriteOnly | NonBlocking, mode: 0, "changed in");

    /// <summary>
    /// Makes a file hold what another holds: as a reflink where the file system has them, else copied; gaps stay gaps, so that the
    /// copy takes no more of the disk than the original.
    /// </summary>
    /// <exception cref="Win32Exception">It cannot be read or written, such as for want of space.</exception>
    public static void CopyContents(SafeFileHandle from, SafeFileHandle to)
    {
        const uint Reflink = 0x40049409; // FICLONE
        const int Data = 3; // SEEK_DATA
        const int Gap = 4; // SEEK_HOLE
        if (ioctl(to, Reflink, from) == 0)
        {
            return;
        }

        var length = RandomAccess.GetLength(from);
        if (lseek(from, 0, Gap) < length)
        {
            Check(ftruncate(to, 0)); // so that there is nothing in the gaps
        }

        for (long at = 0; at < length && lseek(from, at, Data) is >= 0 and var data;)
        {
            at = lseek(from, data, Gap);
            _ = lseek(to, data, 0);
            while (data < at && Check((int)sendfile(to, from, &data, (nint)(at - data))) > 0)
            {
            }
        }

        Check(ftruncate(to, length));
    }

    /// <summary>Makes a directory in the same way, unless there is one.</summary>
    /// <exception cref="IOException">It cannot be made, or something else has that name.</exception>
    public static void MakeDirectoryBelow(string root, string path)
    {
        using var parent = ParentBelow(root, path, out var name);
        var owner = Stat(root + "/.");
        var isMade = mkdirat(parent, name, UsableByAll) == 0;
        if (isMade && (!Environment.IsPrivilegedProcess || fchownat(parent, name, owner.User, owner.Group, NoFollow) == 0))
        {
            return;
        }

        var error = Marshal.GetLastPInvokeError();
        if (isMade || error != Exists)
        {
            throw Failure(root, path, "made in", new Win32Exception(error));
        }
    }

    /// <summary>Deletes a file, or a link, a pipe or a socket itself, in the same way; false when it is not there.</summary>
    /// <exception cref="IOException">It is a directory or cannot be reached.</exception>
    public static bool DeleteBelow(string root, string path)
    {
        using var parent = ParentBelow(root, path, out var name);
        if (unlinkat(parent, name, 0) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoEntry ? false : throw Failure(root, path, "deleted from", new Win32Exception(error));
    }

    /// <summary>Opens a file for reading without waiting for anybody.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenToRead(string path)
    {
        var opened = new SafeFileHandle(open(path, CloseOnExec | NonBlocking, 0), ownsHandle: true);
        if (!opened.IsInvalid)
        {
            return opened;
        }

        var why = new Win32Exception(Marshal.GetLastPInvokeError());
        opened.Dispose();
        throw new IOException($"'{path}' cannot be read: {why.Message}.", why);
    }

    /// <summary>Regular file, directory, pipe, ...; 0 when it cannot be told.</summary>
    public static uint Kind(SafeFileHandle file)
    {
        const uint Type = 1; // STATX_TYPE
        const int ModeAt = 28; // in struct statx
        var facts = stackalloc byte[256];
        return statx((int)file.DangerousGetHandle(), "", OfHandle, Type, facts) == 0 ? *(ushort*)(facts + ModeAt) & KindOfFile : 0;
    }

    /// <summary>What a file takes, which for one with gaps is less than its length.</summary>
    public static long BytesOnDisk(string path)
    {
        const uint Blocks = 0x400; // STATX_BLOCKS
        const int BlocksAt = 48;
        const int BlockSize = 512;
        var facts = stackalloc byte[256];
        return statx(AtCurrent, path, NoFollow, Blocks, facts) == 0 ? *(long*)(facts + BlocksAt) * BlockSize : 0;
    }

    /// <summary>Sets the longest that a process may make a file, as far as it has not been set lower for good.</summary>
    public static void LimitFiles(int process, long bytes)
    {
        const int FileSize = 1; // RLIMIT_FSIZE
        var limit = stackalloc ulong[2];
        if (prlimit64(process, FileSize, null, limit) == 0)
        {
            limit[0] = Math.Min((ulong)bytes, limit[1]);
            _ = prlimit64(process, FileSize, limit, null); // it may have ended meanwhile
        }
    }

    private static SafeFileHandle ParentBelow(string root, string path, out string name)
    {
        var cut = path.LastIndexOf('/');
        name = path[(cut + 1)..];
        return OpenBelow(root, cut < 0 ? "." : path[..cut], OnlyName, mode: 0, "reached in");
    }

    private static SafeFileHandle OpenBelow(string root, string path, int flags, ulong mode, string done)
    {
        if (path.Contains('\0'))
        {
            throw new IOException("The name of a file in the workspace cannot have a zero character.");
        }

        using var directory = new SafeFileHandle(open(root, CloseOnExec | OnlyName, 0), ownsHandle: true);
        var how = new OpenHow { Flags = CloseOnExec | (uint)flags, Mode = mode, Resolve = NoSymlinks | Beneath };
        var opened = new SafeFileHandle(
            (nint)openat2(OpenAt2, (int)directory.DangerousGetHandle(), path, &how, sizeof(OpenHow)), ownsHandle: true);
        if (!opened.IsInvalid)
        {
            return opened;
        }

        var why = new Win32Exception(Marshal.GetLastPInvokeError());
        opened.Dispose();
        throw Failure(root, path, done, why);
    }

    private static IOException Failure(string root, string path, string done, Win32Exception why) =>
        new($"'{path}' cannot be {done} the workspace '{root}': {why.Message}.", why);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeHandle file, nuint request, SafeHandle other);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeHandle file, long offset, int from);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendfile(SafeHandle to, SafeHandle from, long* offset, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ftruncate(SafeHandle file, long length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prlimit64(int process, int resource, ulong* wanted, ulong* before);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(SafeHandle directory, string name, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat(SafeHandle directory, string name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(SafeHandle file, uint user, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fchownat(SafeHandle directory, string name, uint user, uint group, int flags);
}
