using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace CodeAct.Llama.Gguf;

/// <summary>
/// The key-value pairs of a GGUF file, in file order. A value's CLR type is its GGUF type: the integer and floating-point
/// types, <see cref="bool"/>, <see cref="string"/>, and arrays of these.
/// </summary>
public sealed class GgufMetadata : IEnumerable<KeyValuePair<string, object>>
{
    private readonly OrderedDictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>Number of pairs.</summary>
    public int Count => _values.Count;

    /// <summary>Adds a pair or replaces a key's value.</summary>
    public void Set(string key, object value) => _values[key] = value;

    /// <summary>A key's text; null when the key is absent or holds something else.</summary>
    public string? Text(string key) => _values.GetValueOrDefault(key) as string;

    /// <summary>A key's whole number of any width; null when the key is absent or holds something else.</summary>
    public long? Number(string key) => _values.GetValueOrDefault(key) switch
    {
        byte n => n,
        sbyte n => n,
        ushort n => n,
        short n => n,
        uint n => n,
        int n => n,
        long n => n,
        ulong n when n <= long.MaxValue => (long)n,
        _ => null,
    };

    /// <summary>A key's value when it has this type.</summary>
    public bool TryGet<T>(string key, [NotNullWhen(true)] out T? value) where T : notnull
    {
        value = _values.GetValueOrDefault(key) is T found ? found : default;
        return value is not null && _values.ContainsKey(key) && _values[key] is T;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
