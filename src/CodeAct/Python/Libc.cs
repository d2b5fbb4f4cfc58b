using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>The system calls that .NET has no name for. Linux, 64 bit.</summary>
internal static unsafe partial class Libc
{
    public const int Interrupt = 2; // SIGINT
    public const int Kill = 9; // SIGKILL
    public const int Again = 11; // EAGAIN: nothing to read now
    public const short Readable = 1; // POLLIN
    public const short HungUp = 16; // POLLHUP

    private const int MostHandles = 8;
    private const long PidfdSendSignal = 424; // as OpenAt2, the same number on every architecture
    private const long OpenAt2 = 437;
    private const int SetNonBlocking = 4; // F_SETFL
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const ulong NoSymlinks = 0x04;
    private const ulong Beneath = 0x08;
    private const ulong BytesToRead = 0x541B; // FIONREAD
    private const int CloseReceivedOnExec = 0x40000000; // MSG_CMSG_CLOEXEC

    /// <summary>Opens <paramref name="path"/> for reading, refusing links and <c>..</c> on the way below <paramref name="root"/>.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenBelow(string root, string path)
    {
        using var directory = new SafeFileHandle(open(root, CloseOnExec, 0), ownsHandle: true);
        var how = new OpenHow { Flags = CloseOnExec | NonBlocking, Resolve = NoSymlinks | Beneath };
        var opened = new SafeFileHandle(
            (nint)openat2(OpenAt2, (int)directory.DangerousGetHandle(), path, &how, sizeof(OpenHow)), ownsHandle: true);
        if (!opened.IsInvalid)
        {
            return opened;
        }

        var why = new Win32Exception(Marshal.GetLastPInvokeError());
        opened.Dispose();
        throw new IOException($"'{path}' cannot be read from the workspace '{root}': {why.Message}.", why);
    }

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

    /// <summary>Throws with the system's own words when a call failed.</summary>
    public static int Check(int result, [CallerArgumentExpression(nameof(result))] string call = "") =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

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
}
