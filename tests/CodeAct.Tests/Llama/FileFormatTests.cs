using System.Buffers.Binary;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Gguf;

namespace CodeAct.Tests.Llama;

public sealed class FileFormatTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-formats-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Metadata_of_every_type_comes_back_from_a_GGUF_file()
    {
        object[] values =
        [
            (byte)1, (sbyte)-1, (ushort)2, (short)-2, 3u, -3, 4ul, -4L, 1.5f, -2.5, true, "text ü",
            new[] { "a", "", "ü" }, new[] { 1, -2 }, new[] { 1f, 2f }, new[] { true, false }, new byte[] { 1, 2 },
        ];
        var metadata = new GgufMetadata();
        metadata.Set("general.architecture", "test");
        for (var i = 0; i < values.Length; i++)
            metadata.Set($"key.{i}", values[i]);

        var path = Path.Combine(_directory, "a.gguf");
        GgufWriter.Write(path, metadata, [], TestContext.Current.CancellationToken);
        Assert.Equal<KeyValuePair<string, object>>(metadata, GgufFile.Read(path).Metadata);
        Assert.Equal([path], Directory.GetFiles(_directory));
    }

    [Fact]
    public void Tensors_of_a_GGUF_file_stand_where_its_table_says()
    {
        var metadata = new GgufMetadata();
        metadata.Set("general.architecture", "test");
        var path = Path.Combine(_directory, "a.gguf");
        GgufWriter.Write(
            path, metadata, [Source("a", GgmlType.F32, 3, 5), Source("b", GgmlType.Q8, 64, 2), Source("c", GgmlType.F16, 7)],
            TestContext.Current.CancellationToken);

        var file = GgufFile.Read(path);
        Assert.Equal([("a", 60L), ("b", 136L), ("c", 14L)], file.Tensors.Select(tensor => (tensor.Name, tensor.Bytes)));
        Assert.Equal(150, file.Parameters);
        Assert.Equal("Q8_0", file.Quantization);
        Assert.Equal(Half.One, BinaryPrimitives.ReadHalfLittleEndian(File.ReadAllBytes(path).AsSpan()[^32..]));
    }

    [Fact]
    public void Quantized_numbers_are_at_most_half_a_step_away()
    {
        var random = new Random(2);
        var numbers = Enumerable.Range(0, 320).Select(_ => (random.NextSingle() - 0.5f) * 8).ToArray();
        numbers.AsSpan(64, 32).Clear();
        var bytes = new byte[340];
        Assert.Equal(340, Q8.Quantize(numbers, bytes));
        for (var i = 0; i < numbers.Length; i++)
        {
            var block = bytes.AsSpan(i / 32 * 34, 34);
            var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
            Assert.Equal(numbers[i], scale * (sbyte)block[2 + (i % 32)], 0.52f * scale);
        }
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0.001)]
    public void Tensors_come_back_from_a_safetensors_file(bool half, double tolerance)
    {
        var path = Path.Combine(_directory, "a.safetensors");
        float[] a = [1, -2.25f, 3e-3f, 4, 5, 6], b = [7];
        Safetensors.Write(
            path, [new("a", [2, 3], () => a), new("b", [], () => b)], half, TestContext.Current.CancellationToken);

        using var file = Safetensors.Open(path);
        Assert.Equal(["a", "b"], file.Names);
        Assert.Equal([2, 3], file.Shape("a"));
        Assert.All(file.Read("a").Zip(a), pair => Assert.Equal(pair.Second, pair.First, tolerance));
        Assert.Equal(b, file.Read("b"));
        Assert.Contains("no tensor c", Assert.Throws<ModelFileException>(() => file.Read("c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_safetensors_file_cut_short_anywhere_is_refused()
    {
        var path = Path.Combine(_directory, "a.safetensors");
        Safetensors.Write(path, [new("a", [4], () => new float[4])], half: false, TestContext.Current.CancellationToken);
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Equal(path, Assert.Throws<ModelFileException>(() => Safetensors.Open(path)).Path);
        }
    }

    private static GgufTensorSource Source(string name, GgmlType type, params long[] dimensions) => new(
        name, dimensions, type, () => Enumerable.Range(1, (int)(dimensions.Length > 1 ? dimensions[1] : 1))
            .Select(row => (ReadOnlyMemory<float>)Enumerable.Repeat((float)row, (int)dimensions[0]).ToArray()));
}
