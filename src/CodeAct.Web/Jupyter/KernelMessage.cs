using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodeAct.Web.Jupyter;

/// <summary>A message of Jupyter's protocol (jupyter-client.readthedocs.io, "Messaging in Jupyter").</summary>
/// <param name="Channel">Where it belongs: shell, control, iopub or stdin.</param>
/// <param name="Header">Who sent it, and what it is.</param>
/// <param name="Parent">The header of the message that it answers; empty for none.</param>
/// <param name="Content">What it says.</param>
internal sealed record KernelMessage(string Channel, JsonObject Header, JsonObject Parent, JsonObject Content)
{
    /// <summary>The subprotocol in which messages are binary; without it they are JSON.</summary>
    public const string BinaryProtocol = "v1.kernel.websocket.jupyter.org";

    /// <summary>The version of the messages.</summary>
    public const string Version = "5.3";

    private const int Word = 8; // bytes of a number in a binary message
    private const int Parts = 4; // header, parent, metadata, content; buffers may follow

    public string Type => Text(Header, "msg_type") ?? "";

    /// <summary>A message of the kernel's.</summary>
    public static KernelMessage Make(
        string channel, string type, string session, JsonObject parent, JsonObject content, DateTimeOffset now) => new(
        channel,
        new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString(),
            ["msg_type"] = type,
            ["username"] = "codeact",
            ["session"] = session,
            ["date"] = Time(now),
            ["version"] = Version,
        },
        parent,
        content);

    /// <exception cref="JsonException">It is no message.</exception>
    public static KernelMessage ReadText(ReadOnlySpan<byte> text)
    {
        var read = JsonNode.Parse(text) as JsonObject ?? throw new JsonException("A message is a JSON object.");
        return new KernelMessage(
            Text(read, "channel") ?? "shell", Object(read, "header"), Object(read, "parent_header"), Object(read, "content"));
    }

    /// <exception cref="JsonException">It is no message.</exception>
    public static KernelMessage ReadBinary(ReadOnlySpan<byte> bytes)
    {
        var count = Offset(bytes, 0);
        if (count < Parts + 2 || count > bytes.Length / Word)
        {
            throw new JsonException($"A binary message has at least {Parts + 2} offsets; this one has {count}.");
        }

        var parts = new List<byte[]>();
        for (var part = 1; part <= Parts + 1; part++)
        {
            var (from, to) = (Offset(bytes, part), Offset(bytes, part + 1));
            parts.Add(from <= to && to <= bytes.Length
                ? bytes[from..to].ToArray()
                : throw new JsonException("An offset is outside of the message."));
        }

        return new KernelMessage(Encoding.UTF8.GetString(parts[0]), Parse(parts[1]), Parse(parts[2]), Parse(parts[4]));
    }

    /// <summary>As one JSON text, in UTF-8.</summary>
    public byte[] ToText() => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["channel"] = Channel,
        ["header"] = Header.DeepClone(),
        ["parent_header"] = Parent.DeepClone(),
        ["metadata"] = new JsonObject(),
        ["content"] = Content.DeepClone(),
        ["buffers"] = new JsonArray(),
        ["msg_id"] = Header["msg_id"]?.DeepClone(), // which clients older than the header look for
        ["msg_type"] = Type,
    });

    /// <summary>As the binary subprotocol has it: the number of offsets, they, and the parts one after the other.</summary>
    public byte[] ToBinary()
    {
        byte[][] parts =
        [
            Encoding.UTF8.GetBytes(Channel),
            JsonSerializer.SerializeToUtf8Bytes(Header),
            JsonSerializer.SerializeToUtf8Bytes(Parent),
            "{}"u8.ToArray(),
            JsonSerializer.SerializeToUtf8Bytes(Content),
        ];
        var at = Word * (1 + parts.Length + 1);
        var bytes = new byte[at + parts.Sum(part => part.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, parts.Length + 1);
        for (var part = 0; part < parts.Length; part++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Word * (1 + part)), at);
            parts[part].CopyTo(bytes, at);
            at += parts[part].Length;
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Word * (1 + parts.Length)), at);
        return bytes;
    }

    /// <summary>A time in the one form that all of Jupyter's clients read.</summary>
    public static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A text of an object; null when it is not there or something else.</summary>
    public static string? Text(JsonObject of, string name) =>
        of[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A number of the content.</summary>
    public int Number(string name, int otherwise) =>
        Content[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : otherwise;

    /// <summary>A yes or no of the content.</summary>
    public bool Flag(string name, bool otherwise) =>
        Content[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

    private static JsonObject Object(JsonObject of, string name)
    {
        var found = of[name] as JsonObject;
        of.Remove(name);
        return found ?? [];
    }

    private static JsonObject Parse(byte[] part) =>
        JsonNode.Parse(part) as JsonObject ?? throw new JsonException("A part is a JSON object.");

    private static int Offset(ReadOnlySpan<byte> bytes, int index)
    {
        var at = Word * index;
        var offset = bytes.Length >= at + Word ? BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]) : -1;
        return offset is >= 0 and <= int.MaxValue ? (int)offset : throw new JsonException("A binary message has no such offset.");
    }
}
