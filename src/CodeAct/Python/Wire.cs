using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodeAct.Python;

/// <summary>The types of frame between host and worker; the other list is in <c>wire.py</c>.</summary>
internal static class FrameKind
{
    public const byte Run = (byte)'R';
    public const byte RunSilently = (byte)'r';
    public const byte SetVariable = (byte)'S';
    public const byte Checkpoint = (byte)'C';
    public const byte Tools = (byte)'T';
    public const byte Variables = (byte)'V';
    public const byte Ask = (byte)'Q';
    public const byte Answer = (byte)'A';
    public const byte CallPart = (byte)'+';
    public const byte Call = (byte)'?';
    public const byte Cancel = (byte)'~';
    public const byte Ready = (byte)'H';
    public const byte Done = (byte)'.';
    public const byte Stdout = (byte)'1';
    public const byte Stderr = (byte)'2';
    public const byte Display = (byte)'D';
    public const byte Result = (byte)'X';
    public const byte Error = (byte)'!';
}

/// <summary>What a worker sent: a frame, or text that came through one of its pipes (then without a cell).</summary>
internal readonly record struct Frame(byte Kind, uint? Cell, ReadOnlyMemory<byte> Payload);

/// <summary>What the template is started with.</summary>
internal sealed record TemplateOptions(
    IReadOnlyList<string> Modules,
    string Directory,
    string Socket,
    string Scratch,
    IReadOnlyDictionary<string, string> Environment,
    bool Confined,
    bool Namespaces,
    SessionLimits Limits,
    IReadOnlyList<string> Secrets,
    PackageWire? Packages);

/// <summary>Asks the template for a worker; a warm one has run a cell already, so that the first is as fast as any.</summary>
internal sealed record ForkRequest(long Id, string Place, string Workspace, SessionLimits Limits, ForkPolicy Policy, bool Warm);

/// <summary>What of a <see cref="SandboxPolicy"/> is the worker's business: the rest is the proxy's.</summary>
internal sealed record ForkPolicy(bool Network, IReadOnlyList<SandboxMount> Mounts);

/// <summary>Tells the template that a process is a checkpoint: it stays when its worker has ended.</summary>
internal sealed record KeepRequest(int Keep);

/// <summary>What the template says; which fields are there tells what it is.</summary>
internal sealed record TemplateMessage(
    long Id, int? Forked, string? Failed, int? Exited, string? Signal, TemplateReady? Ready);

/// <summary>What a worker answers when it is to make a checkpoint: the process id in its own namespace, or why there is none.</summary>
internal sealed record CheckpointAnswer(int? Pid, string? Refused);

/// <summary>Lets a checkpoint go on; in another directory than its own when there is one.</summary>
internal sealed record ResumeRequest(string? Home);

/// <summary>What a checkpoint says of a process resumed from it: that it is there, why it is not, or how it has ended.</summary>
internal sealed record ResumedMessage(int Process, string? Refused, int? Exited, string? Signal);

/// <summary>The template has imported its modules.</summary>
internal sealed record TemplateReady(
    IReadOnlyDictionary<string, string> Missing,
    double Seconds,
    string Python,
    IReadOnlyList<SandboxLayer> Layers,
    string? NoNamespaces,
    IReadOnlyList<string> Lacking);

/// <summary>A call of a tool.</summary>
internal sealed record WireCall(
    [property: JsonRequired] uint Call, [property: JsonRequired] string Name, [property: JsonRequired] JsonElement Arguments);

/// <summary>An exception in a cell.</summary>
internal sealed record WireError(
    [property: JsonRequired] string Name, [property: JsonRequired] string Message, [property: JsonRequired] string Traceback);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TemplateOptions))]
[JsonSerializable(typeof(ForkRequest))]
[JsonSerializable(typeof(KeepRequest))]
[JsonSerializable(typeof(TemplateMessage))]
[JsonSerializable(typeof(CheckpointAnswer))]
[JsonSerializable(typeof(IReadOnlyList<Variable>))]
[JsonSerializable(typeof(ResumeRequest))]
[JsonSerializable(typeof(ResumedMessage))]
[JsonSerializable(typeof(WireCall))]
[JsonSerializable(typeof(WireError))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class WireJson : JsonSerializerContext;
