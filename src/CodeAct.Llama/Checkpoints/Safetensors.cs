using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Llama.Checkpoints;

/// <summary>A tensor to be written to a safetensors file.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Shape">Lengths, the slowest-varying first; empty for a scalar.</param>
/// <param name="Read">Gives all its numbers, row-major, when the file is written.</param>
public sealed record SafetensorsSource(string Name, IReadOnlyList<long> Shape, Func<ReadOnlyMemory<float>> Read);

/// <summary>A tensor in a safetensors file; positions count bytes from the file's start.</summary>
internal sealed record SafetensorsEntry(string Type, IReadOnlyList<long> Shape, long Start, long End);

/// <summary>Reads and writes safetensors files: a JSON header behind its length, then the tensors' bytes.</summary>
public sealed class Safetensors : IDisposable
{
    private const int MaximumHeader = 100_000_000;

    private readonly SafeFileHandle _file;

    private Safetensors(string path, SafeFileHandle file)
    {
        Path = path;
        _file = file;
        Entries = ReadHeader();
    }

    internal string Path { get; }

    internal IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>The names of the tensors.</summary>
    public IEnumerable<string> Names => Entries.Keys;

    /// <summary>Opens a file and checks that its header fits its length.</summary>
    /// <exception cref="ModelFileException">The file is missing, damaged or cut short.</exception>
    public static Safetensors Open(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"it cannot be opened: {e.Message}", e);
        }

        try
        {
            return new Safetensors(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes a file beside its place and moves it there.</summary>
    /// <param name="path">Where; an old file is replaced.</param>
    /// <param name="tensors">Written in this order.</param>
    /// <param name="half">Whether to store half precision; else single.</param>
    /// <param name="cancellationToken">Looked at between tensors; the old file stays.</param>
    public static void Write(
        string path, IReadOnlyList<SafetensorsSource> tensors, bool half, CancellationToken cancellationToken)
    {
        var unfinished = path + ".part";
        try
        {
            using (var file = File.Create(unfinished))
            {
                var header = Header(tensors, half);
                Span<byte> length = stackalloc byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                file.Write(length);
                file.Write(header);
                foreach (var tensor in tensors)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    WriteNumbers(file, tensor, half);
                }
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>The lengths of a tensor, the slowest-varying first.</summary>
    /// <exception cref="ModelFileException">There is no such tensor.</exception>
    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    /// <summary>All numbers of a tensor, row-major.</summary>
    /// <exception cref="ModelFileException">There is no such tensor, or its type is not F32, F16 or BF16.</exception>
    public float[] Read(string name)
    {
        var numbers = new float[checked((int)Count(Entry(name).Shape))];
        ReadNumbers(name, 0, numbers);
        return numbers;
    }

    /// <summary>Fills a span with a tensor's numbers from one on, row-major.</summary>
    internal void ReadNumbers(string name, long first, Span<float> numbers)
    {
        var entry = Entry(name);
        var width = Width(entry.Type)
            ?? throw new ModelFileException(Path, $"{name} is {entry.Type}; F32, F16 and BF16 are read.");
        var bytes = ArrayPool<byte>.Shared.Rent(numbers.Length * width);
        try
        {
            var part = bytes.AsSpan(0, numbers.Length * width);
            if (RandomAccess.Read(_file, part, entry.Start + (first * width)) != part.Length)
                throw new ModelFileException(Path, $"it ends inside {name}; copy the file again.");

            Decode(part, entry.Type, numbers);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private SafetensorsEntry Entry(string name) => Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new ModelFileException(Path, $"it has no tensor {name}; a LlamaForCausalLM checkpoint is needed.");

    private Dictionary<string, SafetensorsEntry> ReadHeader()
    {
        var fileLength = RandomAccess.GetLength(_file);
        Span<byte> lengthBytes = stackalloc byte[sizeof(long)];
        var headerLength = RandomAccess.Read(_file, lengthBytes, 0) == sizeof(long)
            ? BinaryPrimitives.ReadInt64LittleEndian(lengthBytes)
            : -1;
        var start = sizeof(long) + headerLength;
        if (headerLength is < 2 or > MaximumHeader || start > fileLength)
            throw new ModelFileException(Path, "it is no safetensors file, or is cut short; copy or export it again.");

        var header = new byte[headerLength];
        RandomAccess.Read(_file, header, sizeof(long));
        try
        {
            using var json = JsonDocument.Parse(header);
            var entries = json.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__")
                .ToDictionary(tensor => tensor.Name, tensor => ReadEntry(tensor.Value, start), StringComparer.Ordinal);
            foreach (var (name, entry) in entries)
                Check(name, entry, start, fileLength);

            return entries;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or OverflowException)
        {
            throw new ModelFileException(Path, $"its header is damaged ({e.Message}); copy or export it again.", e);
        }
    }

    private static SafetensorsEntry ReadEntry(JsonElement json, long start)
    {
        var offsets = json.GetProperty("data_offsets");
        return new SafetensorsEntry(
            json.GetProperty("dtype").GetString()!,
            [.. json.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())],
            checked(start + offsets[0].GetInt64()),
            checked(start + offsets[1].GetInt64()));
    }

    private void Check(string name, SafetensorsEntry entry, long start, long fileLength)
    {
        if (entry.Start < start || entry.End < entry.Start || entry.End > fileLength)
            throw new ModelFileException(Path, $"{name} lies outside the file, which is cut short or damaged; copy it again.");

        if (Width(entry.Type) is { } width && entry.End - entry.Start != checked(Count(entry.Shape) * width))
            throw new ModelFileException(Path, $"{name} has another length than its shape asks for; export it again.");
    }

    private static byte[] Header(IReadOnlyList<SafetensorsSource> tensors, bool half)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var offset = 0L;
            json.WriteStartObject();
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", half ? "F16" : "F32");
                json.WriteStartArray("shape");
                foreach (var length in tensor.Shape)
                    json.WriteNumberValue(length);

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += Count(tensor.Shape) * (half ? 2 : 4));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Readers that map the file into memory want the numbers at a multiple of 8.
        buffer.Write(Enumerable.Repeat((byte)' ', (8 - (buffer.WrittenCount % 8)) % 8).ToArray());
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteNumbers(FileStream file, SafetensorsSource tensor, bool half)
    {
        var numbers = tensor.Read().Span;
        var count = Count(tensor.Shape);
        if (numbers.Length != count)
            throw new InvalidDataException($"{tensor.Name} gave {numbers.Length} numbers; its shape asks for {count}.");

        if (!half)
        {
            file.Write(MemoryMarshal.AsBytes(numbers));
            return;
        }

        var halves = new Half[numbers.Length];
        TensorPrimitives.ConvertToHalf(numbers, halves);
        file.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
    }

    private static void Decode(ReadOnlySpan<byte> bytes, string type, Span<float> numbers)
    {
        switch (type)
        {
            case "F32":
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(numbers);
                break;
            case "F16":
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), numbers);
                break;
            default:
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < numbers.Length; i++)
                    numbers[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);

                break;
        }
    }

    private static int? Width(string type) => type switch { "F32" => 4, "F16" or "BF16" => 2, _ => null };

    private static long Count(IReadOnlyList<long> shape) => shape.Aggregate(1L, (product, length) => checked(product * length));
}
