using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>Which file it is, and when and how it was changed last.</summary>
internal readonly record struct FileStamp(
    uint Mode, uint User, uint Group, ulong Inode, long Size, DateTime Modified, DateTime Changed)
{
    /// <summary>Regular file, directory, link, ...</summary>
    public uint Kind => Mode & Libc.KindOfFile;
}

/// <summary>The system calls that .NET has no name for. Linux, 64 bit.</summary>
internal static unsafe partial class Libc
{
    public const int Interrupt = 2; // SIGINT
    public const int Stop = 19; // SIGSTOP
    public const int Kill = 9; // SIGKILL
    public const int Again = 11; // EAGAIN: nothing to read now
    public const short Readable = 1; // POLLIN
    public const short HungUp = 16; // POLLHUP

    private const int MostHandles = 8;
    public const uint KindOfFile = 0xF000; // S_IFMT
    public const uint RegularFile = 0x8000;
    public const uint Directory = 0x4000;
    public const uint SymbolicLink = 0xA000;

    private const int UnixFamily = 1; // AF_UNIX
    private const int StreamSocket = 1;
    private const int MessageSocket = 5; // SOCK_SEQPACKET
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PassHandles = 1; // SCM_RIGHTS
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const long PidfdOpen = 434;
    private const long PidfdSendSignal = 424; // as OpenAt2, the same number on every architecture
    private const long OpenAt2 = 437;
    private const int SetNonBlocking = 4; // F_SETFL
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const ulong NoSymlinks = 0x04;
    private const ulong Beneath = 0x08;
    private const ulong BytesToRead = 0x541B; // FIONREAD
    private const int CloseReceivedOnExec = 0x40000000; // MSG_CMSG_CLOEXEC

    /// <summary>A path without links and <c>..</c>; null when nothing is there.</summary>
    public static string? RealPath(string path)
    {
        const int LongestPath = 4096; // PATH_MAX
        var buffer = stackalloc byte[LongestPath];
        return realpath(path, buffer) == 0 ? null : Marshal.PtrToStringUTF8((nint)buffer);
    }

    /// <summary>Sends a signal by pidfd, which names the process and not a number that another may have by now.</summary>
    /// <returns>False when it is gone.</returns>
    public static bool Signal(SafeHandle process, int signal) => pidfd_send_signal(PidfdSendSignal, process, signal, 0, 0) == 0;

    /// <summary>Makes reads return at once, with <see cref="Again"/> when there is nothing.</summary>
    public static void DoNotBlock(SafeHandle descriptor) => Check(fcntl(descriptor, SetNonBlocking, NonBlocking));

    /// <summary>How many bytes a pipe or a socket holds.</summary>
    public static int Unread(SafeHandle descriptor)
    {
        int count;
        return ioctl(descriptor, BytesToRead, &count) == 0 ? count : 0;
    }

    /// <summary>Reads what is there; 0 at the end, -1 when there is nothing now.</summary>
    public static int Read(SafeHandle descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = (int)read(descriptor, start, (nuint)buffer.Length);
            return count >= 0 ? count : Marshal.GetLastPInvokeError() == Again ? -1 : 0;
        }
    }

    /// <summary>Waits until something can be read or the other end of one is closed; no longer than told.</summary>
    /// <param name="descriptors">What to wait for.</param>
    /// <param name="found">For each what there is: <see cref="Readable"/>, <see cref="HungUp"/>, both or 0.</param>
    /// <param name="milliseconds">0 to look only.</param>
    /// <returns>How many have something.</returns>
    public static int Wait(ReadOnlySpan<SafeHandle> descriptors, Span<short> found, int milliseconds)
    {
        var polled = stackalloc Polled[descriptors.Length];
        for (var index = 0; index < descriptors.Length; index++)
        {
            polled[index] = new Polled { Descriptor = (int)descriptors[index].DangerousGetHandle(), Events = Readable };
        }

        var count = poll(polled, (nuint)descriptors.Length, milliseconds);
        for (var index = 0; index < descriptors.Length; index++)
        {
            found[index] = polled[index].Found;
        }

        return count;
    }

    /// <summary>Receives one message and the descriptors that came with it; 0 at the end, -1 when there is nothing now.</summary>
    public static int Receive(SafeHandle socket, Span<byte> buffer, List<SafeFileHandle> handles)
    {
        const int HeaderSize = 16; // cmsghdr: length (8), level (4), type (4)
        var control = stackalloc byte[HeaderSize + (MostHandles * sizeof(int))];
        fixed (byte* start = buffer)
        {
            var part = new IoVector { Start = start, Length = (nuint)buffer.Length };
            var message = new Message
            {
                Parts = &part,
                PartCount = 1,
                Control = control,
                ControlLength = HeaderSize + (MostHandles * sizeof(int)),
            };
            var count = (int)recvmsg(socket, &message, CloseReceivedOnExec);
            if (count < 0)
            {
                return Marshal.GetLastPInvokeError() == Again ? -1 : 0;
            }

            if (message.ControlLength > HeaderSize)
            {
                var descriptors = (int)((*(nuint*)control - HeaderSize) / sizeof(int));
                for (var index = 0; index < descriptors; index++)
                {
                    handles.Add(new SafeFileHandle(((int*)(control + HeaderSize))[index], ownsHandle: true));
                }
            }

            return count;
        }
    }

    /// <summary>Sends one message with descriptors; the other side gets copies of them.</summary>
    /// <exception cref="Win32Exception">It did not go through; EAGAIN when the socket does not block and is full.</exception>
    public static void Send(SafeHandle socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<SafeHandle> handles)
    {
        const int HeaderSize = 16;
        var length = HeaderSize + (handles.Length * sizeof(int));
        var control = stackalloc byte[HeaderSize + (MostHandles * sizeof(int))];
        *(nuint*)control = (nuint)length;
        ((int*)control)[2] = SocketLevel;
        ((int*)control)[3] = PassHandles;
        for (var index = 0; index < handles.Length; index++)
        {
            ((int*)(control + HeaderSize))[index] = (int)handles[index].DangerousGetHandle();
        }

        fixed (byte* start = bytes)
        {
            var part = new IoVector { Start = start, Length = (nuint)bytes.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlLength = (nuint)length };
            Check((int)sendmsg(socket, &message, NoSignal));
        }
    }

    /// <summary>Two connected Unix sockets: of single messages, or of a stream.</summary>
    public static (SafeFileHandle Near, SafeFileHandle Far) Sockets(bool messages)
    {
        var pair = stackalloc int[2];
        Check(socketpair(UnixFamily, (messages ? MessageSocket : StreamSocket) | CloseOnExec, 0, pair));
        return (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true));
    }

    /// <summary>A pipe: its reading end and its writing end.</summary>
    public static (SafeFileHandle Reading, SafeFileHandle Writing) Pipe()
    {
        var pair = stackalloc int[2];
        Check(pipe2(pair, CloseOnExec));
        return (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true));
    }

    /// <summary>What the system knows of a file, or of a link itself; of a file that is not there, nothing but zeros.</summary>
    public static FileStamp Stat(string path) => Stat(AtCurrent, path);

    /// <summary>The same for a name in an open directory.</summary>
    public static FileStamp Stat(SafeFileHandle directory, string name) => Stat((int)directory.DangerousGetHandle(), name);

    private static FileStamp Stat(int directory, string path)
    {
        const uint Basic = 0x7FF; // STATX_BASIC_STATS
        var facts = stackalloc byte[256]; // struct statx
        if (statx(directory, path, NoFollow, Basic, facts) != 0)
        {
            return default;
        }

        return new FileStamp(
            *(ushort*)(facts + 28),
            *(uint*)(facts + 20),
            *(uint*)(facts + 24),
            *(ulong*)(facts + 32),
            *(long*)(facts + 40),
            Time(facts + 112),
            Time(facts + 96));
    }

    /// <summary>Gives a file or a link to its owner of before; needs to be root unless that is already so.</summary>
    public static void SetOwner(string path, FileStamp like)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Check(lchown(path, like.User, like.Group));
        }
    }

    /// <summary>Sets the permissions of a file or a directory.</summary>
    public static void SetMode(string path, uint mode) => Check(chmod(path, mode & ~KindOfFile));

    /// <summary>A pidfd; invalid when there is no such process.</summary>
    public static SafeFileHandle OpenProcess(int pid) => new((nint)pidfd_open(PidfdOpen, pid, 0), ownsHandle: true);

    /// <summary>Throws with the system's own words when a call failed.</summary>
    public static int Check(int result, [CallerArgumentExpression(nameof(result))] string call = "") =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    private static DateTime Time(byte* at) => DateTime.UnixEpoch.AddSeconds(*(long*)at).AddTicks(*(uint*)(at + 8) / 100);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Start;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, byte* resolved);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long openat2(long number, int directory, string path, OpenHow* how, nint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long pidfd_send_signal(long number, SafeHandle process, int signal, nint info, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeHandle descriptor, ulong request, int* argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeHandle descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(Polled* polled, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, byte* facts);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chmod(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* pair, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long pidfd_open(long number, int pid, uint flags);
}
