using System.Diagnostics;
using static CodeAct.Telemetry.Instruments;

namespace CodeAct.Telemetry;

/// <summary>One call of a tool, or a cell: a span and, when it is over, a measurement.</summary>
internal sealed class ToolSpan : IDisposable
{
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly long _began;
    private string? _error = "cancelled"; // what ends without a word was cancelled

    public ToolSpan(string name, TimeProvider time)
    {
        (_name, _time, _began) = (name, time, time.GetTimestamp());
        Activity = Source.StartActivity(
            ActivityKind.Internal,
            name: $"execute_tool {name}",
            tags: [new(Tags.Operation, "execute_tool"), new(Tags.Tool, name), new(Tags.ToolType, "function"), new(Tags.Agent, AgentName)]);
    }

    /// <summary>The span; null when nobody listens.</summary>
    public Activity? Activity { get; }

    /// <summary>It came to its end.</summary>
    /// <param name="error">A word for the failure, one of few; null for none.</param>
    public void End(string? error) => _error = error;

    public void Dispose()
    {
        TagList tags = new() { { Tags.Operation, "execute_tool" }, { Tags.Tool, _name } };
        if (_error is not null)
        {
            tags.Add(Tags.Error, _error);
            Activity?.SetTag(Tags.Error, _error).SetStatus(ActivityStatusCode.Error);
        }

        ToolDuration.Record(_time.GetElapsedTime(_began).TotalSeconds, tags);
        Activity?.Dispose();
    }
}
