using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace CodeAct.Llama.Gguf;

/// <summary>A tensor to be written; its numbers are asked for row by row while the file is written.</summary>
/// <param name="Name">As the architecture names it; at most 63 bytes.</param>
/// <param name="Dimensions">Lengths, the fastest-varying (a row's) first.</param>
/// <param name="Type">How it is stored: F32, F16 or Q8_0.</param>
/// <param name="ReadRows">The rows in order, each of <c>Dimensions[0]</c> numbers; one may be reused for the next.</param>
public sealed record GgufTensorSource(
    string Name, IReadOnlyList<long> Dimensions, GgmlType Type, Func<IEnumerable<ReadOnlyMemory<float>>> ReadRows);

/// <summary>Writes GGUF files (version 3, little-endian).</summary>
public static class GgufWriter
{
    internal const uint Magic = 0x46554747; // "GGUF"
    internal const uint Version = 3;
    internal const int Alignment = 32;

    /// <summary>Writes a whole file beside its place and moves it there, so that no reader sees half of it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the place is as it was.</exception>
    public static void Write(
        string path, GgufMetadata metadata, IReadOnlyList<GgufTensorSource> tensors, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var unfinished = path + ".part";
        try
        {
            using (var file = File.Create(unfinished))
            using (var writer = new BinaryWriter(file, Encoding.UTF8))
            {
                WriteHeader(writer, metadata, tensors);
                foreach (var tensor in tensors)
                    WriteTensor(writer, tensor, cancellationToken);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static void WriteHeader(BinaryWriter writer, GgufMetadata metadata, IReadOnlyList<GgufTensorSource> tensors)
    {
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write((long)tensors.Count);
        writer.Write((long)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            WriteText(writer, key);
            WriteValue(writer, value);
        }

        var offset = 0L;
        foreach (var tensor in tensors)
        {
            WriteText(writer, tensor.Name);
            writer.Write(tensor.Dimensions.Count);
            foreach (var length in tensor.Dimensions)
                writer.Write(length);

            writer.Write((int)tensor.Type);
            writer.Write(offset);
            offset += Padded(GgmlLayout.Bytes(tensor.Type, tensor.Dimensions));
        }

        if (tensors.Count > 0)
            Pad(writer);
    }

    private static void WriteTensor(BinaryWriter writer, GgufTensorSource tensor, CancellationToken cancellationToken)
    {
        var width = checked((int)tensor.Dimensions[0]);
        var start = writer.BaseStream.Position;
        var row = ArrayPool<byte>.Shared.Rent(width * sizeof(float));
        try
        {
            foreach (var numbers in tensor.ReadRows())
            {
                cancellationToken.ThrowIfCancellationRequested();
                writer.Write(row.AsSpan(0, Encode(numbers.Span, tensor.Type, row)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(row);
        }

        var expected = GgmlLayout.Bytes(tensor.Type, tensor.Dimensions);
        if (writer.BaseStream.Position - start != expected)
        {
            throw new InvalidDataException(
                $"Tensor {tensor.Name} gave {writer.BaseStream.Position - start} bytes; its dimensions ask for {expected}.");
        }

        Pad(writer);
    }

    private static int Encode(ReadOnlySpan<float> numbers, GgmlType type, Span<byte> target)
    {
        switch (type)
        {
            case GgmlType.F32:
                MemoryMarshal.AsBytes(numbers).CopyTo(target);
                return numbers.Length * sizeof(float);
            case GgmlType.F16:
                for (var i = 0; i < numbers.Length; i++)
                    BinaryPrimitives.WriteHalfLittleEndian(target[(2 * i)..], (Half)numbers[i]);

                return numbers.Length * 2;
            case GgmlType.Q8:
                return Q8.Quantize(numbers, target);
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Tensors are written as F32, F16 or Q8_0.");
        }
    }

    private static void WriteValue(BinaryWriter writer, object value)
    {
        var type = GgufValueTypes.Of(value);
        writer.Write((int)type);
        if (value is not Array array)
        {
            WriteScalar(writer, value);
            return;
        }

        writer.Write((int)GgufValueTypes.Of(value.GetType().GetElementType()!));
        writer.Write((long)array.Length);
        foreach (var item in array)
            WriteScalar(writer, item);
    }

    private static void WriteScalar(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte n: writer.Write(n); break;
            case sbyte n: writer.Write(n); break;
            case ushort n: writer.Write(n); break;
            case short n: writer.Write(n); break;
            case uint n: writer.Write(n); break;
            case int n: writer.Write(n); break;
            case ulong n: writer.Write(n); break;
            case long n: writer.Write(n); break;
            case float n: writer.Write(n); break;
            case double n: writer.Write(n); break;
            case bool b: writer.Write(b); break;
            case string text: WriteText(writer, text); break;
            default: throw new ArgumentException($"GGUF has no value of type {value.GetType()}.", nameof(value));
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
    }

    private static void Pad(BinaryWriter writer)
    {
        for (var position = writer.BaseStream.Position; position % Alignment != 0; position++)
            writer.Write((byte)0);
    }

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
