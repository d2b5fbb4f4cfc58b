using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CodeAct.Python;

/// <summary>Turns what a worker sends during one cell into the events of that cell.</summary>
internal sealed class CellReader(uint cell, ToolBridge? tools = null)
{
    private const int EndSize = 6; // two letters, microseconds (4)

    private readonly Decoder _stdout = Encoding.UTF8.GetDecoder(); // a character may be split between two reads
    private readonly Decoder _stderr = Encoding.UTF8.GetDecoder();

    /// <summary>Set by the worker's own frame that ends the cell.</summary>
    public bool Done { get; private set; }

    /// <summary>The cell ended without an exception.</summary>
    public bool Succeeded { get; private set; }

    /// <summary>An interrupt reached the cell before its end.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>What the worker answered to a question asked in place of a cell.</summary>
    public ReadOnlyMemory<byte>? Answer { get; private set; }

    /// <summary>How long the cell ran, as the worker says: without what it had to wait for a processor before and after.</summary>
    public TimeSpan Ran { get; private set; }

    /// <summary>What happened on the host meanwhile.</summary>
    public void Drain(List<CellEvent> into) => tools?.Drain(into);

    /// <summary>The event that a frame stands for; null when there is none to show.</summary>
    /// <param name="frame">What came.</param>
    /// <param name="early">It came before the cell was sent.</param>
    /// <exception cref="InvalidDataException">It is none of the worker's: the cell's code has written to its socket.</exception>
    public CellEvent? Read(Frame frame, bool early)
    {
        var payload = frame.Payload.Span;
        switch (frame.Kind)
        {
            case FrameKind.Stdout or FrameKind.Stderr:
                return Text(frame, early);
            case FrameKind.Display:
                return new DisplayData(Bundle(payload));
            case FrameKind.Result:
                return new ExecuteResult(Bundle(payload));
            case FrameKind.Error:
                var error = Parse(payload, WireJson.Default.WireError);
                return new PythonError(error.Name, error.Message, error.Traceback);
            case FrameKind.CallPart or FrameKind.Call or FrameKind.Cancel:
                return Done ? null : tools?.Read(frame); // between cells nobody may call anything
            case FrameKind.Done when payload.Length != EndSize:
                throw new InvalidDataException("The frame that ends a cell has the wrong size.");
            case FrameKind.Done when frame.Cell == cell:
                Done = true;
                Succeeded = payload[0] == (byte)'k';
                Interrupted = payload[1] == (byte)'i';
                Ran = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32LittleEndian(payload[2..]));
                return null;
            case FrameKind.Ask when frame.Cell == cell:
                Done = true;
                Answer = frame.Payload;
                return null;
            case FrameKind.Done or FrameKind.Ready or FrameKind.Checkpoint or FrameKind.Variables or FrameKind.Ask:
                return null; // of another cell, or an answer that came too late
            default:
                throw new InvalidDataException("No frame has this type.");
        }
    }

    /// <exception cref="InvalidDataException">It is no such thing.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> payload, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type) ?? throw new InvalidDataException("A frame holds null.");
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException("A frame holds no valid JSON.", malformed);
        }
    }

    private static MimeBundle Bundle(ReadOnlySpan<byte> payload)
    {
        var forms = Parse(payload, WireJson.Default.DictionaryStringString);
        return forms.ContainsValue(null!) ? throw new InvalidDataException("A display has a form without data.") : new MimeBundle(forms);
    }

    private StreamText? Text(Frame frame, bool early)
    {
        var stream = frame.Kind == FrameKind.Stdout ? StreamName.Stdout : StreamName.Stderr;
        var text = frame.Cell is null
            ? Decode(stream == StreamName.Stdout ? _stdout : _stderr, frame.Payload.Span)
            : Encoding.UTF8.GetString(frame.Payload.Span);
        var late = frame.Cell is { } owner ? owner < cell : early;
        return text.Length == 0 ? null : new StreamText(stream, text, late);
    }

    private static string Decode(Decoder decoder, ReadOnlySpan<byte> bytes)
    {
        Span<char> characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        return new string(characters[..decoder.GetChars(bytes, characters, flush: false)]);
    }
}
