using CodeAct.Agents;
using CodeAct.Models;
using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Telemetry;

/// <summary>Puts telemetry around a model, a session and a run. Without a listener they cost next to nothing.</summary>
public static class TelemetryExtensions
{
    /// <summary>This model, with a span <c>chat</c> and the client's metrics for each request.</summary>
    public static Model Watched(this Model model, TelemetryOptions options) => model with
    {
        Client = model.Client.AsBuilder()
            .Use(ModelFailure.Reveal)
            .UseOpenTelemetry(options.Logs, Instruments.Name, client => client.EnableSensitiveData = options.IncludeContent)
            .Use(ModelFailure.Conceal)
            .Build(),
    };

    /// <summary>This session, with a span <c>execute_tool execute_code</c> for each cell and one for each call of a tool.</summary>
    /// <returns>A session that takes this one along when it is disposed.</returns>
    public static IPythonSession Watched(this IPythonSession session, TelemetryOptions options) => new TracedSession(session, options);

    /// <summary>The events of a run, with a span <c>invoke_agent</c> around them.</summary>
    /// <param name="run">What <see cref="Agent.RunAsync"/> gives.</param>
    /// <param name="model">The model that is asked.</param>
    /// <param name="conversation">The conversation's ID; null for none.</param>
    /// <param name="options">What is told.</param>
    public static IAsyncEnumerable<AgentEvent> Watched(
        this IAsyncEnumerable<AgentEvent> run, Model model, string? conversation, TelemetryOptions options) =>
        new TracedRun(model, conversation, options).WatchAsync(run, CancellationToken.None);
}
