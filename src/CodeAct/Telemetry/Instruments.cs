using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CodeAct.Telemetry;

/// <summary>
/// Everything that telemetry is called: OpenTelemetry's conventions for generative AI, and <c>codeact.*</c> where they have no name.
/// </summary>
public static class Instruments
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/> to listen to.</summary>
    public const string Name = "CodeAct";

    internal const string AgentName = "codeact";
    internal const string ExecuteCode = "execute_code"; // what a cell is called, in every mode
    internal const string Other = "_OTHER"; // a name that only the model knows does not become a label

    internal static readonly ActivitySource Source = new(Name);

    private static readonly Meter _meter = new(Name);

    // The conventions' own boundaries for durations, in seconds
    private static readonly InstrumentAdvice<double> _seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };

    private static readonly InstrumentAdvice<long> _counts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] };

    internal static readonly Histogram<double> RunDuration = _meter.CreateHistogram(
        "gen_ai.invoke_agent.duration", "s", "From the user's message to the end of the run.", advice: _seconds);

    internal static readonly Histogram<long> ModelCalls = _meter.CreateHistogram(
        "gen_ai.invoke_agent.inference_calls", "{call}", "Replies of the model in a run.", advice: _counts);

    internal static readonly Histogram<long> ToolCalls = _meter.CreateHistogram(
        "gen_ai.invoke_agent.tool_calls", "{call}", "Cells, and tools called without code, in a run.", advice: _counts);

    internal static readonly Histogram<double> ToolDuration = _meter.CreateHistogram(
        "gen_ai.execute_tool.duration", "s", "How long a cell or a call of a tool took.", advice: _seconds);

    /// <summary>Names of attributes.</summary>
    internal static class Tags
    {
        public const string Operation = "gen_ai.operation.name";
        public const string Provider = "gen_ai.provider.name";
        public const string Model = "gen_ai.request.model";
        public const string Agent = "gen_ai.agent.name";
        public const string Conversation = "gen_ai.conversation.id";
        public const string InputTokens = "gen_ai.usage.input_tokens";
        public const string OutputTokens = "gen_ai.usage.output_tokens";
        public const string Input = "gen_ai.input.messages";
        public const string Output = "gen_ai.output.messages";
        public const string Tool = "gen_ai.tool.name";
        public const string ToolType = "gen_ai.tool.type";
        public const string Arguments = "gen_ai.tool.call.arguments";
        public const string Result = "gen_ai.tool.call.result";
        public const string Error = "error.type";
        public const string StopReason = "codeact.run.stop_reason";
        public const string Mode = "codeact.run.mode";
        public const string Turns = "codeact.run.turns";
        public const string Cells = "codeact.run.cells";
        public const string Cost = "codeact.run.cost";
        public const string CellStatus = "codeact.cell.status";
        public const string VariablesKept = "codeact.cell.variables_kept";
    }
}
