using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Conversations;

/// <summary>
/// Events as JSON, one line each: <c>{"v":1,"at":"…","event":{"type":"cellStarted","code":"…"}}</c>; durations are in seconds.
/// </summary>
/// <remarks>The names are a file format: what version 1 calls something stays.</remarks>
public static class LogJson
{
    /// <summary>The version of the format that is written.</summary>
    public const int Version = 1;

    private static readonly Dictionary<Type, string> _agentEvents = new()
    {
        [typeof(RunStarted)] = "runStarted",
        [typeof(ModelText)] = "modelText",
        [typeof(ReplyEnded)] = "replyEnded",
        [typeof(ReplyRejected)] = "replyRejected",
        [typeof(CellStarted)] = "cellStarted",
        [typeof(CellOutput)] = "cellOutput",
        [typeof(CellFinished)] = "cellFinished",
        [typeof(CallStarted)] = "callStarted",
        [typeof(CallFinished)] = "callFinished",
        [typeof(HistoryCompacted)] = "historyCompacted",
        [typeof(ApprovalRequested)] = "approvalRequested",
        [typeof(ApprovalAnswered)] = "approvalAnswered",
        [typeof(RunContinued)] = "runContinued",
        [typeof(RunEnded)] = "runEnded",
        [typeof(InterpreterRebuilt)] = "interpreterRebuilt",
    };

    private static readonly Dictionary<Type, string> _cellEvents = new()
    {
        [typeof(InterpreterRestarted)] = "interpreterRestarted",
        [typeof(StreamText)] = "stream",
        [typeof(DisplayData)] = "display",
        [typeof(ExecuteResult)] = "result",
        [typeof(PythonError)] = "error",
        [typeof(ToolCalled)] = "toolCalled",
        [typeof(ToolReturned)] = "toolReturned",
        [typeof(CellEnded)] = "ended",
    };

    private static readonly LogContext _context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for people and grep; it never meets HTML
        Converters =
        {
            new Seconds(),
            new Bundle(),
            new JsonStringEnumConverter<StopReason>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<CellStatus>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<StreamName>(JsonNamingPolicy.CamelCase),
            new JsonStringEnumConverter<ToolFailureKind>(JsonNamingPolicy.CamelCase),
        },
    });

    private static readonly JsonSerializerOptions _options = new(_context.Options)
    {
        TypeInfoResolver = LogContext.Default.WithAddedModifier(NameCases),
    };

    private static JsonTypeInfo<Line> LineType => (JsonTypeInfo<Line>)_options.GetTypeInfo(typeof(Line));

    /// <summary>Writes an entry as one line, without its end.</summary>
    public static string Write(LogEntry entry) =>
        JsonSerializer.Serialize(new Line(Version, entry.At, entry.Event), LineType);

    /// <summary>Writes an event of a cell as the log has it: <c>{"type":"stream","stream":"stdout","text":"…"}</c>.</summary>
    public static string Write(CellEvent shown) =>
        JsonSerializer.Serialize(shown, (JsonTypeInfo<CellEvent>)_options.GetTypeInfo(typeof(CellEvent)));

    /// <summary>Reads one line.</summary>
    /// <exception cref="JsonException">It is no entry.</exception>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    public static LogEntry Read(string line)
    {
        var read = JsonSerializer.Deserialize(line, LineType);
        return read switch
        {
            { V: > Version } => throw new NotSupportedException(
                $"The log has version {read.V}, and this program reads up to {Version}; take a newer one."),
            { Event: not null } => new LogEntry(read.At, read.Event),
            _ => throw new JsonException("The line is no entry of a log."),
        };
    }

    private static void NameCases(JsonTypeInfo type)
    {
        var cases = type.Type == typeof(AgentEvent) ? _agentEvents : type.Type == typeof(CellEvent) ? _cellEvents : null;
        if (cases is null)
        {
            return;
        }

        type.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "type" };
        foreach (var (derived, name) in cases)
        {
            type.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(derived, name));
        }
    }

    internal sealed record Line(int V, DateTimeOffset At, AgentEvent Event);

    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(Math.Round(value.TotalSeconds, 6));
    }

    private sealed class Bundle : JsonConverter<MimeBundle>
    {
        public override MimeBundle Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize(ref reader, LogContext.Default.DictionaryStringString) ?? []);

        public override void Write(Utf8JsonWriter writer, MimeBundle value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (type, data) in value.Data)
            {
                writer.WriteString(type, data);
            }

            writer.WriteEndObject();
        }
    }
}

[JsonSerializable(typeof(LogJson.Line))]
[JsonSerializable(typeof(RunStarted))]
[JsonSerializable(typeof(ModelText))]
[JsonSerializable(typeof(ReplyEnded))]
[JsonSerializable(typeof(ReplyRejected))]
[JsonSerializable(typeof(CellStarted))]
[JsonSerializable(typeof(CellOutput))]
[JsonSerializable(typeof(CellFinished))]
[JsonSerializable(typeof(CallStarted))]
[JsonSerializable(typeof(CallFinished))]
[JsonSerializable(typeof(HistoryCompacted))]
[JsonSerializable(typeof(ApprovalRequested))]
[JsonSerializable(typeof(ApprovalAnswered))]
[JsonSerializable(typeof(RunContinued))]
[JsonSerializable(typeof(RunEnded))]
[JsonSerializable(typeof(InterpreterRebuilt))]
[JsonSerializable(typeof(InterpreterRestarted))]
[JsonSerializable(typeof(StreamText))]
[JsonSerializable(typeof(DisplayData))]
[JsonSerializable(typeof(ExecuteResult))]
[JsonSerializable(typeof(PythonError))]
[JsonSerializable(typeof(ToolCalled))]
[JsonSerializable(typeof(ToolReturned))]
[JsonSerializable(typeof(CellEnded))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class LogContext : JsonSerializerContext;
