using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace CodeAct.Training;

/// <summary>Loads TorchSharp's native library, also where the C++ runtime is older than the one it was built with.</summary>
internal static class TorchLibrary
{
    // The library asks for this version because GCC 13's <iostream> names _ZSt21ios_base_library_initv in every object that
    // includes it. No relocation refers to that symbol, so nothing is missing at run time: only the loader's version check
    // fails, and a need that is marked weak passes it. Systems with GCC 13's runtime or a newer one load the file as it is.
    private const string UnmetVersion = "GLIBCXX_3.4.32";

    private const ushort WeakFlag = 2; // VER_FLG_WEAK
    private const uint LoadSegment = 1, DynamicSegment = 2; // PT_LOAD, PT_DYNAMIC
    private const long StringTable = 5, VersionNeeds = 0x6ffffffe, VersionNeedCount = 0x6fffffff; // DT_*

    // glibc gives a freed block of this size back to the kernel at once, and the next step pays for it page by page.
    private const int TrimThreshold = -1, MapThreshold = -3, MostArenas = -8; // M_*
    private const int LargestMapThreshold = 32 << 20;

    /// <summary>Loads the library. If the loader refuses it for <see cref="UnmetVersion"/>, rewrites our copy.</summary>
    public static void Load()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        _ = SetAllocator(MapThreshold, LargestMapThreshold);
        _ = SetAllocator(TrimThreshold, int.MaxValue);
        _ = SetAllocator(MostArenas, 1);
        var folder = Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        var path = Path.Combine(folder, "libLibTorchSharp.so");
        if (!File.Exists(path))
        {
            return; // published for one platform: the runtime finds it, or says where it looked
        }
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e) when (e.Message.Contains(UnmetVersion, StringComparison.Ordinal))
        {
            Console.Error.WriteLine($"codeact-train: no {UnmetVersion} in libstdc++; making that need of TorchSharp weak, once.");
            Weaken(path);
            NativeLibrary.Load(path);
        }
    }

    /// <summary>
    /// Gives memory that is free but scattered back to the kernel. Batches differ in size, so without this, called now and then,
    /// the process grows by half a gigabyte a minute.
    /// </summary>
    public static void ReturnMemory()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Trim(0);
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nuint keep);

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAllocator(int option, int value);

    // The time stamp stays, so that an incremental build does not copy the original over it again.
    private static void Weaken(string path)
    {
        var image = File.ReadAllBytes(path);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(FlagsOfNeed(image, UnmetVersion)), WeakFlag);
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(draft, image);
        File.SetLastWriteTimeUtc(draft, File.GetLastWriteTimeUtc(path));
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Where in a 64-bit little-endian ELF image the flags of the need for a symbol version stand.</summary>
    internal static int FlagsOfNeed(ReadOnlySpan<byte> image, string version)
    {
        var tags = DynamicTags(image);
        var strings = FileOffset(image, tags[StringTable]);
        var need = FileOffset(image, tags[VersionNeeds]);
        for (var i = 0L; i < tags[VersionNeedCount]; i++)
        {
            var entry = need + Int32(image, need + 8);
            for (var j = 0; j < UInt16(image, need + 2); j++)
            {
                var name = image[(strings + Int32(image, entry + 8))..];
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version)
                {
                    return entry + 4;
                }
                entry += Int32(image, entry + 12);
            }
            need += Int32(image, need + 12);
        }
        throw new InvalidDataException($"The library has no need for {version}.");
    }

    private static Dictionary<long, long> DynamicTags(ReadOnlySpan<byte> image)
    {
        Dictionary<long, long> tags = [];
        for (var header = 0; header < UInt16(image, 56); header++)
        {
            var at = (int)Int64(image, 32) + header * 56;
            if (UInt32(image, at) != DynamicSegment)
            {
                continue;
            }
            for (var entry = (int)Int64(image, at + 8); Int64(image, entry) != 0; entry += 16)
            {
                tags[Int64(image, entry)] = Int64(image, entry + 8);
            }
        }
        return tags;
    }

    private static int FileOffset(ReadOnlySpan<byte> image, long address)
    {
        for (var header = 0; header < UInt16(image, 56); header++)
        {
            var at = (int)Int64(image, 32) + header * 56;
            var (start, length) = (Int64(image, at + 16), Int64(image, at + 32));
            if (UInt32(image, at) == LoadSegment && address >= start && address < start + length)
            {
                return (int)(address - start + Int64(image, at + 8));
            }
        }
        throw new InvalidDataException($"No segment of the library holds address {address:x}.");
    }

    private static ushort UInt16(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt16LittleEndian(image[at..]);

    private static uint UInt32(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt32LittleEndian(image[at..]);

    private static int Int32(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadInt32LittleEndian(image[at..]);

    private static long Int64(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadInt64LittleEndian(image[at..]);
}
