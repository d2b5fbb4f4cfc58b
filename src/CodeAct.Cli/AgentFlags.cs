using System.CommandLine;
using CodeAct.Agents;

namespace CodeAct.Cli;

/// <summary>The options that <c>run</c> and <c>chat</c> share.</summary>
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

    public AgentSettings Read(ParseResult arguments)
    {
        var model = _model.Read(arguments);
        var session = _session.Read(arguments);
        var options = new AgentOptions
        {
            MaxTurns = arguments.GetValue(_turns),
            MaxCells = arguments.GetValue(_cells),
            MaxTime = TimeSpan.FromSeconds(arguments.GetValue(_time)),
            CellTimeout = session.CellTimeout,
            Temperature = model.AgentTemperature,
        };
        return new AgentSettings(model, session, options, _store.Read(arguments));
    }
}

/// <summary>What <c>run</c> and <c>chat</c> work with.</summary>
/// <param name="Model">The model.</param>
/// <param name="Session">The interpreter.</param>
/// <param name="Options">The limits.</param>
/// <param name="Store">Where it is kept.</param>
internal sealed record AgentSettings(ChosenModel Model, SessionSettings Session, AgentOptions Options, StoreName Store);
