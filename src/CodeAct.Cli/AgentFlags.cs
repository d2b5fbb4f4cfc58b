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

    private readonly Option<string> _mode = new("--mode")
    {
        Description = "How the model acts: code writes Python; json and text write one call of a tool; "
            + "native calls functions by its provider's means.",
        DefaultValueFactory = _ => ActionMode.Code.Name,
    };

    private readonly Option<bool> _stateless = new("--stateless")
    {
        Description = "Run each cell in a fresh interpreter: only files stay from one to the next.",
    };

    /// <summary>A conversation goes on, in the mode that it began in; false unless told.</summary>
    public bool GoesOn { get; init; }

    public AgentFlags() => _mode.AcceptOnlyFromAmong([.. ActionMode.All.Select(mode => mode.Name)]);

    public void AddTo(Command command)
    {
        _model.AddTo(command);
        _session.AddTo(command);
        _store.AddTo(command);
        foreach (var option in GoesOn ? [_turns, _cells, _time] : new Option[] { _mode, _stateless, _turns, _cells, _time })
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
            Mode = GoesOn ? ActionMode.Code : ActionMode.Named(arguments.GetValue(_mode)),
            Persistent = GoesOn || !arguments.GetValue(_stateless),
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
