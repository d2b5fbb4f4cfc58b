using System.Buffers.Binary;
using System.Text;

namespace CodeAct.Llama.Gguf;

/// <summary>A tensor as a file's table lists it.</summary>
/// <param name="Name">Unique in the file.</param>
/// <param name="Dimensions">Lengths, the fastest-varying first.</param>
/// <param name="Type">Its storage, as in <c>enum ggml_type</c>.</param>
/// <param name="Bytes">Size of its data.</param>
internal sealed record GgufTensor(string Name, IReadOnlyList<long> Dimensions, int Type, long Bytes);

/// <summary>
/// What a GGUF file says about itself. Reading checks all that llama.cpp takes on trust or answers by ending the process:
/// lengths, types, the tensor table against the file's length, and the numbers and tokens that a model cannot do without.
/// </summary>
internal sealed class GgufFile
{
    private const int MaximumDimensions = 4;
    private const int MaximumName = 63;
    private const int MaximumLayers = 512; // LLAMA_MAX_LAYERS
    private const string Again = "copy or export the file again";

    private GgufFile(string path, long length, GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors)
    {
        Path = path;
        Length = length;
        Metadata = metadata;
        Tensors = tensors;
    }

    public string Path { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; }

    public GgufMetadata Metadata { get; }

    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>The architecture that the weights are for.</summary>
    public string Architecture => Metadata.Text(GgufKeys.Architecture)!;

    /// <summary>Numbers in all tensors.</summary>
    public long Parameters => Tensors.Sum(tensor => tensor.Dimensions.Aggregate(1L, (product, length) => product * length));

    /// <summary>The type that holds most of the numbers; null in a file without tensors.</summary>
    public string? Quantization =>
        Tensors.GroupBy(tensor => tensor.Type).MaxBy(group => group.Sum(tensor => tensor.Bytes)) is { } most
        && GgmlLayout.TryGet(most.Key, out var layout) ? layout.Name : null;

    /// <summary>Tokens of context that the model was trained for; null when the file does not say.</summary>
    public int? ContextTokens => (int?)Metadata.Number($"{Architecture}.context_length");

    /// <summary>Reads a file's metadata and tensor table.</summary>
    /// <exception cref="ModelFileException">The file is missing, no GGUF, damaged, or cut short.</exception>
    public static GgufFile Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
            return new Reader(path, stream).Read();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFileException(path, "there is no such file; `codeact models` lists what is there.", e);
        }
        catch (EndOfStreamException e)
        {
            throw new ModelFileException(path, $"it is cut short inside its header; {Again}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"it cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Checks that a model can be made of this: sizes are positive, tokens differ.</summary>
    /// <exception cref="ModelFileException">Something is missing or impossible.</exception>
    public void CheckModel(bool withWeights)
    {
        if (!Metadata.TryGet<string[]>(GgufKeys.Tokens, out var tokens) || tokens.Length == 0)
            throw Unusable("it has no vocabulary");

        if (tokens.Distinct(StringComparer.Ordinal).Count() != tokens.Length)
            throw Unusable("its vocabulary has a token twice");

        if (!withWeights)
            return;

        if (Tensors.Count == 0)
            throw Unusable("it has no weights, only a vocabulary");

        foreach (var key in (string[])["context_length", "embedding_length", "block_count"])
        {
            if (Metadata.Number($"{Architecture}.{key}") is not > 0)
                throw Unusable($"{Architecture}.{key} is missing or not positive");
        }

        // Above its limit llama.cpp would end the process.
        if (Metadata.Number($"{Architecture}.block_count") > Math.Min(Tensors.Count, MaximumLayers))
            throw Unusable($"{Architecture}.block_count is larger than its {Tensors.Count} tensors can be for");

        string[] ifThere = ["attention.head_count", "attention.head_count_kv", "feed_forward_length", "rope.dimension_count"];
        foreach (var key in ifThere)
        {
            if (Metadata.Number($"{Architecture}.{key}") is < 1)
                throw Unusable($"{Architecture}.{key} is not positive");
        }
    }

    private ModelFileException Unusable(string problem) => new(Path, $"no model can be made of it: {problem}; {Again}.");

    private sealed class Reader(string path, FileStream stream)
    {
        private readonly byte[] _scratch = new byte[8];

        public GgufFile Read()
        {
            if (stream.Length < 24 || UInt32() != GgufWriter.Magic)
                throw new ModelFileException(path, "it is no GGUF file; give a file that ends in .gguf.");

            if (UInt32() is var version and not (2 or 3))
                throw new ModelFileException(path, $"its GGUF version is {version}; versions 2 and 3 are read.");

            var tensorCount = Count(minimumBytes: 24);
            var metadata = ReadMetadata(Count(minimumBytes: 13));
            if (string.IsNullOrEmpty(metadata.Text(GgufKeys.Architecture)))
                throw Damaged("it names no architecture");

            return new GgufFile(path, stream.Length, metadata, ReadTensors(tensorCount, metadata));
        }

        private GgufMetadata ReadMetadata(long count)
        {
            var metadata = new GgufMetadata();
            for (var i = 0L; i < count; i++)
            {
                var key = Text();
                metadata.Set(key, Value((GgufValueType)UInt32(), key));
            }

            return metadata;
        }

        private List<GgufTensor> ReadTensors(long count, GgufMetadata metadata)
        {
            var alignment = metadata.Number("general.alignment") ?? GgufWriter.Alignment;
            if (alignment is < 1 or > 1 << 20 || (alignment & (alignment - 1)) != 0)
                throw Damaged($"its alignment is {alignment}");

            var tensors = new List<GgufTensor>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            var end = 0L;
            for (var i = 0L; i < count; i++)
            {
                var (tensor, offset) = ReadTensor();
                if (!names.Add(tensor.Name))
                    throw Damaged($"tensor {tensor.Name} is there twice");

                if (offset != end)
                    throw Damaged($"tensor {tensor.Name} starts at {offset}, not at {end}");

                tensors.Add(tensor);
                end = checked(offset + Align(tensor.Bytes, alignment));
            }

            // The last tensor's padding may be missing.
            var last = tensors.Count == 0 ? 0 : tensors[^1].Bytes;
            var needed = last == 0 ? 0 : checked(Align(stream.Position, alignment) + end - Align(last, alignment) + last);
            return needed <= stream.Length
                ? tensors
                : throw new ModelFileException(
                    path, $"it is cut short: {stream.Length:N0} bytes of {needed:N0} are there; {Again}.");
        }

        private (GgufTensor Tensor, long Offset) ReadTensor()
        {
            var name = Text();
            if (Encoding.UTF8.GetByteCount(name) > MaximumName)
                throw Damaged("a tensor's name is too long");

            var rank = UInt32();
            if (rank is < 1 or > MaximumDimensions)
                throw Damaged($"tensor {name} has {rank} dimensions");

            var dimensions = new long[rank];
            var numbers = 1L;
            for (var i = 0; i < dimensions.Length; i++)
            {
                dimensions[i] = Int64();
                if (dimensions[i] < 1 || dimensions[i] > long.MaxValue / 8 / numbers)
                    throw Damaged($"tensor {name} has an impossible size");

                numbers *= dimensions[i];
            }

            var type = (int)UInt32();
            if (!GgmlLayout.TryGet(type, out var layout))
                throw Damaged($"tensor {name} is of type {type}, which this llama.cpp does not know");

            if (dimensions[0] % layout.Numbers != 0)
                throw Damaged($"tensor {name} has rows of {dimensions[0]} numbers, no whole {layout.Name} blocks");

            return (new GgufTensor(name, dimensions, type, numbers / layout.Numbers * layout.Bytes), Int64());
        }

        private object Value(GgufValueType type, string key) => type switch
        {
            GgufValueType.Array => Array((GgufValueType)UInt32(), key),
            _ => Scalar(type, key),
        };

        private object Array(GgufValueType type, string key) => type switch
        {
            GgufValueType.UInt8 => Items(1, () => Take(1)[0]),
            GgufValueType.Int8 => Items(1, () => (sbyte)Take(1)[0]),
            GgufValueType.UInt16 => Items(2, () => BinaryPrimitives.ReadUInt16LittleEndian(Take(2))),
            GgufValueType.Int16 => Items(2, () => BinaryPrimitives.ReadInt16LittleEndian(Take(2))),
            GgufValueType.UInt32 => Items(4, UInt32),
            GgufValueType.Int32 => Items(4, () => (int)UInt32()),
            GgufValueType.Float32 => Items(4, () => BinaryPrimitives.ReadSingleLittleEndian(Take(4))),
            GgufValueType.Bool => Items(1, () => Take(1)[0] != 0),
            GgufValueType.String => Items(8, Text),
            GgufValueType.UInt64 => Items(8, () => (ulong)Int64()),
            GgufValueType.Int64 => Items(8, Int64),
            GgufValueType.Float64 => Items(8, () => BinaryPrimitives.ReadDoubleLittleEndian(Take(8))),
            _ => throw Damaged($"{key} is an array of unknown type {(int)type}"),
        };

        private object Scalar(GgufValueType type, string key) => type switch
        {
            GgufValueType.UInt8 => Take(1)[0],
            GgufValueType.Int8 => (sbyte)Take(1)[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
            GgufValueType.UInt32 => UInt32(),
            GgufValueType.Int32 => (int)UInt32(),
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
            GgufValueType.Bool => Take(1)[0] != 0,
            GgufValueType.String => Text(),
            GgufValueType.UInt64 => (ulong)Int64(),
            GgufValueType.Int64 => Int64(),
            GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
            _ => throw Damaged($"{key} is of unknown type {(int)type}"),
        };

        private T[] Items<T>(int minimumBytes, Func<T> read)
        {
            var items = new T[Count(minimumBytes)];
            for (var i = 0; i < items.Length; i++)
                items[i] = read();

            return items;
        }

        /// <summary>A count of things that the rest of the file has room for.</summary>
        private long Count(int minimumBytes)
        {
            var count = Int64();
            return count >= 0 && count <= (stream.Length - stream.Position) / minimumBytes
                ? count
                : throw Damaged($"it counts {count} things where they have no room");
        }

        private string Text()
        {
            var bytes = new byte[Count(minimumBytes: 1)];
            stream.ReadExactly(bytes);
            return Encoding.UTF8.GetString(bytes);
        }

        private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

        private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        private ReadOnlySpan<byte> Take(int count)
        {
            stream.ReadExactly(_scratch, 0, count);
            return _scratch.AsSpan(0, count);
        }

        private ModelFileException Damaged(string problem) => new(path, $"it is damaged: {problem}; {Again}.");

        private static long Align(long position, long alignment) => checked((position + alignment - 1) / alignment * alignment);
    }
}
