using CodeAct.Telemetry;
using CodeAct.Web;

namespace CodeAct.Cli;

/// <summary>What the commands that serve have in common.</summary>
internal static class Serving
{
    /// <summary>What is served.</summary>
    /// <param name="url">Where it listens.</param>
    /// <param name="settings">The first model, the store, the limits and the tools.</param>
    /// <param name="also">The names of further models.</param>
    /// <param name="sessionsReady">Interpreters that wait for somebody.</param>
    /// <param name="telemetry">What is told of runs.</param>
    public static WebOptions Options(
        Uri url, AgentSettings settings, IEnumerable<string> also, int sessionsReady, TelemetryOptions telemetry)
    {
        return new WebOptions
        {
            Url = url,
            Models = [Offer(settings.Model), .. also.Select(name => Offer(ModelChoice.Other(name)))],
            OpenDatabase = settings.Store.OpenDatabaseAsync,
            DataDirectory = StateFiles.Data(),
            Agent = settings.Options,
            Python = settings.Session.Engine with { PoolSize = sessionsReady },
            OpenTools = settings.Options.Sources is { } sources
                ? async (engine, stop) => await Toolkit.OpenAsync(sources, engine, stop)
                : null,
            Telemetry = telemetry,
        };
    }

    private static OfferedModel Offer(ChosenModel chosen) => new(chosen.Name.ToString(), chosen.LoadAsync)
    {
        Alias = chosen.Name.Provider == "gguf" ? Path.GetFileNameWithoutExtension(chosen.Name.Id) : chosen.Name.ToString(),
        Temperature = chosen.AgentTemperature,
    };
}
