using Microsoft.Extensions.Logging;

namespace CodeAct.Telemetry;

/// <summary>What telemetry tells, and where its logs go.</summary>
/// <remarks>Spans and metrics go to whoever listens to <see cref="Instruments.Name"/>.</remarks>
public sealed record TelemetryOptions
{
    /// <summary>
    /// True: also prompts, replies, code, and what tools take and give, which may hold anything that the user has; false unless told.
    /// </summary>
    public bool IncludeContent { get; init; }

    /// <summary>Makes the loggers; null, as unless told, for no logs. It stays with whoever made it.</summary>
    public ILoggerFactory? Logs { get; init; }

    /// <summary>Measures what the metrics tell; spans have a clock of their own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
