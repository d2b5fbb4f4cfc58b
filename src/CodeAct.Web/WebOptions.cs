using CodeAct.Agents;
using CodeAct.Conversations.Sql;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.Telemetry;
using CodeAct.Web.Users;

namespace CodeAct.Web;

/// <summary>What a server serves.</summary>
public sealed record WebOptions
{
    /// <summary>Where it listens, such as <c>http://127.0.0.1:5080</c>; port 0 takes a free one.</summary>
    public required Uri Url { get; init; }

    /// <summary>The models that users choose from, at least one; the first is asked unless another is named.</summary>
    public required IReadOnlyList<OfferedModel> Models { get; init; }

    /// <summary>Opens where conversations are kept, and beside them users and keys; it is disposed with the server.</summary>
    public required Func<CancellationToken, Task<SqlDatabase>> OpenDatabase { get; init; }

    /// <summary>Who may use it; anybody who reaches it, as unless told, only where that is this machine alone.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>The directory of uploaded files; made when it is not there.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The limits of a run, each per message.</summary>
    public AgentOptions Agent { get; init; } = new();

    /// <summary>How Python runs.</summary>
    public PythonEngineOptions Python { get; init; } = new();

    /// <summary>Opens the tools that every conversation has; null, as unless told, for none.</summary>
    public Func<PythonEngine, CancellationToken, Task<IOfferedTools>>? OpenTools { get; init; }

    /// <summary>How long a conversation keeps an interpreter that nobody uses, above zero; one hour unless told.</summary>
    /// <remarks>After that it is rebuilt from the log, when it is used again.</remarks>
    public TimeSpan SessionIdleTime
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The time without use must be above zero.");
    } = TimeSpan.FromHours(1);

    /// <summary>How long a session without a conversation is kept that nobody uses, above zero; 10 minutes unless told.</summary>
    public TimeSpan BareSessionIdleTime
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The time without use must be above zero.");
    } = TimeSpan.FromMinutes(10);

    /// <summary>The longest time that a cell of such a session may be given, above zero; one hour unless told.</summary>
    public TimeSpan LongestCell
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A cell needs a time limit above zero.");
    } = TimeSpan.FromHours(1);

    /// <summary>The time that a cell of <c>/execute</c> has, above zero; 60 s unless told.</summary>
    public TimeSpan ExecuteTime
    {
        get;
        init => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A cell needs a time limit above zero.");
    } = TimeSpan.FromSeconds(60);

    /// <summary>How long runs may go on when the server is to stop; 10 s unless told. Then they are parked for the next start.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is told of runs, model calls and cells.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>Measures time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Is told the address once the server listens; null for nobody.</summary>
    public Action<Uri>? Listening { get; init; }
}

/// <summary>A model that users can choose.</summary>
/// <param name="Name">What it is called in lists and in the log, such as <c>openai:gpt-5</c>.</param>
/// <param name="Load">Makes it ready; called once, when it is first needed. It is disposed with the server.</param>
public sealed record OfferedModel(string Name, Func<CancellationToken, Task<Model>> Load)
{
    /// <summary>What a request may call it besides, such as <c>codeact-nano</c>; the name itself unless told.</summary>
    public string Alias { get; init; } = Name;

    /// <summary>Sampling temperature; null, as unless told, for that of <see cref="WebOptions.Agent"/>.</summary>
    public float? Temperature { get; init; }
}

/// <summary>The tools that a server's conversations have; disposing ends the servers that some of them run on.</summary>
public interface IOfferedTools : IAsyncDisposable
{
    /// <summary>The tools; null for none.</summary>
    IToolHost? Tools { get; }

    /// <summary>What the model is told besides; null for nothing.</summary>
    string? Instructions { get; }
}
