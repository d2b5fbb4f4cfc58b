using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>The system calls that .NET has no name for. Linux, 64 bit.</summary>
internal static unsafe partial class Libc
{
    private const long OpenAt2 = 437; // the same number on every architecture
    private const ulong CloseOnExec = 0x80000;
    private const ulong NonBlocking = 0x800;
    private const ulong NoSymlinks = 0x04;
    private const ulong Beneath = 0x08;

    /// <summary>Opens <paramref name="path"/> for reading, refusing links and <c>..</c> on the way below <paramref name="root"/>.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenBelow(string root, string path)
    {
        using var directory = new SafeFileHandle(open(root, (int)CloseOnExec, 0), ownsHandle: true);
        var how = new OpenHow { Flags = CloseOnExec | NonBlocking, Resolve = NoSymlinks | Beneath };
        var opened = new SafeFileHandle((int)syscall(OpenAt2, (int)directory.DangerousGetHandle(), path, &how, sizeof(OpenHow)), ownsHandle: true);
        if (!opened.IsInvalid)
        {
            return opened;
        }

        var why = new Win32Exception(Marshal.GetLastPInvokeError());
        opened.Dispose();
        throw new IOException($"'{path}' cannot be read from the workspace '{root}': {why.Message}.", why);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long syscall(long number, int directory, string path, OpenHow* how, nint size);
}
