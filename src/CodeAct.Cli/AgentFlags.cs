using System.CommandLine;
using CodeAct.Agents;

namespace CodeAct.Cli;

/// <summary>The options of every command that lets an agent work.</summary>
internal sealed class AgentFlags
{
    private readonly ModelChoice _model = new();
    private readonly SessionFlags _session = new(new AgentOptions().CellTimeout);
    private readonly StoreFlag _store = new();

    private readonly Option<int> _turns = SessionFlags.AtLeastOne(
        "--max-turns", "Most replies of the model to one message.", new AgentOptions().MaxTurns);

    private readonly Option<int> _cells = SessionFlags.AtLeastOne(
        "--max-cells", "Most cells that run for one message.", new AgentOptions().MaxCells);

    private readonly Option<int> _time = SessionFlags.AtLeastOne(
        "--max-time", "Longest time for one message.", (int)new AgentOptions().MaxTime.TotalSeconds, "SECONDS");

    public void AddTo(Command command)
    {
        _model.AddTo(command);
        _session.AddTo(command);
        _store.AddTo(command);
        foreach (var option in new Option[] { _turns, _cells, _time })
        {
            command.Options.Add(option);
        }
    }

    public StoreName ReadStore(ParseResult arguments) => _store.Read(arguments);

    /// <summary>Reads all of them.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="recorded">What an earlier conversation was made with; null for none.</param>
    public AgentSettings Read(ParseResult arguments, RecordedModel? recorded)
    {
        var model = _model.Read(arguments, recorded);
        var session = _session.Read(arguments);
        var options = new AgentOptions
        {
            MaxTurns = arguments.GetValue(_turns),
            MaxCells = arguments.GetValue(_cells),
            MaxTime = TimeSpan.FromSeconds(arguments.GetValue(_time)),
            CellTimeout = session.CellTimeout,
            Temperature = model.AgentTemperature,
        };
        return new AgentSettings(model, session, options, ReadStore(arguments));
    }
}

/// <summary>What they say.</summary>
/// <param name="Model">The model.</param>
/// <param name="Session">The interpreter.</param>
/// <param name="Options">The limits.</param>
/// <param name="Store">Where it is kept.</param>
internal sealed record AgentSettings(ChosenModel Model, SessionSettings Session, AgentOptions Options, StoreName Store);
