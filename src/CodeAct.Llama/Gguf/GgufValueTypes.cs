namespace CodeAct.Llama.Gguf;

/// <summary>The type numbers of metadata values, as in <c>enum gguf_type</c>.</summary>
internal enum GgufValueType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>Which CLR type stands for which GGUF type.</summary>
internal static class GgufValueTypes
{
    private static readonly Dictionary<Type, GgufValueType> _byType = new()
    {
        [typeof(byte)] = GgufValueType.UInt8,
        [typeof(sbyte)] = GgufValueType.Int8,
        [typeof(ushort)] = GgufValueType.UInt16,
        [typeof(short)] = GgufValueType.Int16,
        [typeof(uint)] = GgufValueType.UInt32,
        [typeof(int)] = GgufValueType.Int32,
        [typeof(float)] = GgufValueType.Float32,
        [typeof(bool)] = GgufValueType.Bool,
        [typeof(string)] = GgufValueType.String,
        [typeof(ulong)] = GgufValueType.UInt64,
        [typeof(long)] = GgufValueType.Int64,
        [typeof(double)] = GgufValueType.Float64,
    };

    public static GgufValueType Of(object value) => value is Array ? GgufValueType.Array : Of(value.GetType());

    public static GgufValueType Of(Type type) => _byType.TryGetValue(type, out var found)
        ? found
        : throw new ArgumentException($"GGUF has no value of type {type}.", nameof(type));
}
