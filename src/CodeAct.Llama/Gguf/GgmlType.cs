namespace CodeAct.Llama.Gguf;

/// <summary>How ggml stores a tensor's numbers; values as in <c>enum ggml_type</c>.</summary>
public enum GgmlType
{
    /// <summary>IEEE single precision.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>Q8_0: blocks of 32 signed bytes behind one half-precision scale.</summary>
    Q8 = 8,

    /// <summary>The upper half of a single.</summary>
    BF16 = 30,
}

/// <summary>The layout of every type that a file may hold: numbers in a block, bytes of a block.</summary>
internal static class GgmlLayout
{
    private static readonly Dictionary<int, (string Name, int Numbers, int Bytes)> _types = new()
    {
        [0] = ("F32", 1, 4),
        [1] = ("F16", 1, 2),
        [2] = ("Q4_0", 32, 18),
        [3] = ("Q4_1", 32, 20),
        [6] = ("Q5_0", 32, 22),
        [7] = ("Q5_1", 32, 24),
        [8] = ("Q8_0", 32, 34),
        [9] = ("Q8_1", 32, 36),
        [10] = ("Q2_K", 256, 84),
        [11] = ("Q3_K", 256, 110),
        [12] = ("Q4_K", 256, 144),
        [13] = ("Q5_K", 256, 176),
        [14] = ("Q6_K", 256, 210),
        [15] = ("Q8_K", 256, 292),
        [16] = ("IQ2_XXS", 256, 66),
        [17] = ("IQ2_XS", 256, 74),
        [18] = ("IQ3_XXS", 256, 98),
        [19] = ("IQ1_S", 256, 50),
        [20] = ("IQ4_NL", 32, 18),
        [21] = ("IQ3_S", 256, 110),
        [22] = ("IQ2_S", 256, 82),
        [23] = ("IQ4_XS", 256, 136),
        [24] = ("I8", 1, 1),
        [25] = ("I16", 1, 2),
        [26] = ("I32", 1, 4),
        [27] = ("I64", 1, 8),
        [28] = ("F64", 1, 8),
        [29] = ("IQ1_M", 256, 56),
        [30] = ("BF16", 1, 2),
        [34] = ("TQ1_0", 256, 54),
        [35] = ("TQ2_0", 256, 66),
        [39] = ("MXFP4", 32, 17),
        [40] = ("NVFP4", 64, 36),
        [41] = ("Q1_0", 128, 18),
        [42] = ("Q2_0", 64, 18),
    };

    /// <summary>The types known here.</summary>
    public static IEnumerable<int> Known => _types.Keys;

    /// <summary>Name and layout of a type; false when the type is unknown.</summary>
    public static bool TryGet(int type, out (string Name, int Numbers, int Bytes) layout) => _types.TryGetValue(type, out layout);

    /// <summary>Bytes of a row-major tensor of a known type, whose rows must be whole blocks.</summary>
    public static long Bytes(GgmlType type, IReadOnlyList<long> dimensions)
    {
        var (name, numbers, bytes) = _types[(int)type];
        return dimensions[0] % numbers == 0
            ? checked(dimensions.Aggregate(1L, (product, n) => product * n) / numbers * bytes)
            : throw new ArgumentException(
                $"A row of {dimensions[0]} numbers is not whole {name} blocks of {numbers}.", nameof(dimensions));
    }
}
