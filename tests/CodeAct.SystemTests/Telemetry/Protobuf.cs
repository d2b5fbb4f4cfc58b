using System.Text;

namespace CodeAct.SystemTests.Telemetry;

/// <summary>A message of Protocol Buffers, by the numbers of its fields.</summary>
internal sealed record Protobuf(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The messages in a field.</summary>
    public IEnumerable<Protobuf> All(params int[] path) => path.Aggregate(
        (IEnumerable<Protobuf>)[this], (found, field) => found.SelectMany(one => one.Fields().Where(part => part.Field == field)).Select(part => part.Value));

    /// <summary>The text in a field; empty without one.</summary>
    public string Text(int field) => All(field).FirstOrDefault() is { } text ? Encoding.UTF8.GetString(text.Bytes.Span) : "";

    /// <summary>The bytes in a field, as hexadecimal digits.</summary>
    public string Hex(int field) => All(field).FirstOrDefault() is { } bytes ? Convert.ToHexString(bytes.Bytes.Span) : "";

    private List<(int Field, Protobuf Value)> Fields()
    {
        var fields = new List<(int, Protobuf)>();
        for (var at = 0; at < Bytes.Length;)
        {
            var key = Varint(ref at);
            var length = (key & 7) switch
            {
                0 => Skip(at),
                1 => 8,
                2 => (int)Varint(ref at),
                5 => 4,
                var type => throw new InvalidDataException($"There is no wire type {type}."),
            };
            fields.Add(((int)(key >> 3), new Protobuf(Bytes.Slice(at, length))));
            at += length;
        }

        return fields;
    }

    private int Skip(int at)
    {
        var after = at;
        Varint(ref after);
        return after - at;
    }

    private ulong Varint(ref int at)
    {
        var (value, shift) = (0UL, 0);
        while (true)
        {
            var one = Bytes.Span[at++];
            value |= (ulong)(one & 0x7F) << shift;
            shift += 7;
            if (one < 0x80)
            {
                return value;
            }
        }
    }
}
