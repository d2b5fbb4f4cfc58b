using System.Buffers.Binary;
using System.Numerics.Tensors;

namespace CodeAct.Llama.Gguf;

/// <summary>The Q8_0 format: 32 numbers as signed bytes behind a half-precision scale, the largest magnitude being 127.</summary>
internal static class Q8
{
    public const int BlockNumbers = 32;
    public const int BlockBytes = 34;

    /// <summary>Quantizes whole blocks and returns the bytes written.</summary>
    public static int Quantize(ReadOnlySpan<float> numbers, Span<byte> target)
    {
        var written = 0;
        for (var start = 0; start < numbers.Length; start += BlockNumbers, written += BlockBytes)
        {
            var block = numbers.Slice(start, BlockNumbers);
            var scale = MathF.Abs(TensorPrimitives.MaxMagnitude(block)) / 127;
            var inverse = scale == 0 ? 0 : 1 / scale;
            BinaryPrimitives.WriteHalfLittleEndian(target[written..], (Half)scale);
            for (var i = 0; i < BlockNumbers; i++)
                target[written + 2 + i] = (byte)(sbyte)MathF.Round(block[i] * inverse, MidpointRounding.AwayFromZero);
        }

        return written;
    }
}
