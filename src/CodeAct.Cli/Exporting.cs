using CodeAct.Telemetry;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CodeAct.Cli;

/// <summary>Sends telemetry to where OpenTelemetry's variables in the environment say, by OTLP; without them it sends nothing.</summary>
/// <remarks>Disposing sends what is left. A receiver that is not there costs no run anything but that moment.</remarks>
internal sealed class Exporting : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _providers;

    private Exporting(TelemetryOptions options, params IReadOnlyList<IDisposable> providers) =>
        (Options, _providers) = (options, providers);

    /// <summary>What to watch with.</summary>
    public TelemetryOptions Options { get; }

    /// <summary>Reads the variables.</summary>
    public static Exporting OfEnvironment() => Is("OTEL_SDK_DISABLED", "true") || !(Sends("TRACES") || Sends("METRICS") || Sends("LOGS"))
        ? new Exporting(new TelemetryOptions())
        : Start();

    // In a method of its own, so that the exporter is loaded only by those who use it.
    private static Exporting Start()
    {
        var providers = new List<IDisposable>();
        if (Sends("TRACES"))
        {
            providers.Add(Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe).AddSource(Instruments.Name).AddOtlpExporter().Build());
        }

        if (Sends("METRICS"))
        {
            providers.Add(Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(Describe).AddMeter(Instruments.Name).AddOtlpExporter().Build());
        }

        var logs = !Sends("LOGS") ? null : LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            var resource = ResourceBuilder.CreateDefault();
            Describe(resource);
            options.SetResourceBuilder(resource).AddOtlpExporter();
        }));
        if (logs is not null)
        {
            providers.Add(logs);
        }

        return new Exporting(
            new TelemetryOptions { Logs = logs, IncludeContent = Is("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true") },
            providers);
    }

    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so they win.
    private static void Describe(ResourceBuilder resource) => resource
        .AddService("codeact", serviceVersion: typeof(Exporting).Assembly.GetName().Version?.ToString())
        .AddEnvironmentVariableDetector();

    private static bool Sends(string signal) =>
        (IsSet("OTEL_EXPORTER_OTLP_ENDPOINT") || IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")) && !Is($"OTEL_{signal}_EXPORTER", "none");

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static bool Is(string variable, string value) =>
        string.Equals(Environment.GetEnvironmentVariable(variable), value, StringComparison.OrdinalIgnoreCase);

    public void Dispose()
    {
        foreach (var provider in _providers)
        {
            provider.Dispose();
        }
    }
}
