using System.CommandLine;
using CodeAct.Agents;
using CodeAct.Models;

namespace CodeAct.Cli;

/// <summary>The options of every command that lets an agent work.</summary>
internal sealed class AgentFlags
{
    private readonly ModelChoice _model = new();
    private readonly SessionFlags _session = new(new AgentOptions().CellTimeout);
    private readonly StoreFlag _store = new();
    private readonly ToolFlags _tools = new();

    private readonly Option<int> _turns = SessionFlags.AtLeastOne(
        "--max-turns", "Most replies of the model to one message.", new AgentOptions().MaxTurns);

    private readonly Option<int> _cells = SessionFlags.AtLeastOne(
        "--max-cells", "Most cells that run for one message.", new AgentOptions().MaxCells);

    private readonly Option<int> _time = SessionFlags.AtLeastOne(
        "--max-seconds", "Longest time for one message.", (int)new AgentOptions().MaxTime.TotalSeconds, "SECONDS");

    private readonly Option<int> _tokens = SessionFlags.AtLeastOne(
        "--max-tokens", "Most tokens that the model writes for one message.", (int)new AgentOptions().MaxTokens);

    private readonly Option<decimal?> _cost = new("--max-cost")
    {
        Description = "Most that the model's tokens may cost for one message, in the currency of the prices.",
        HelpName = "AMOUNT",
    };

    private readonly Option<string?> _prices = new("--prices")
    {
        Description = """What models cost for a million tokens, as {"openai:gpt-5": {"input": 1.25, "output": 10}}. """
            + "Default: CODEACT_PRICES.",
        HelpName = "FILE",
    };

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

    private readonly Option<string?> _trace = new("--trace")
    {
        Description = "Draw a timeline of where the time went into this file, an SVG. Default: trace-ID.svg.",
        HelpName = "FILE.svg",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>A conversation goes on, in the mode that its prompt tells of; false unless told.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Many conversations are served: there is no file to begin with, nothing is written here, and users approve.</summary>
    public bool Serves { get; init; }

    public AgentFlags()
    {
        _mode.AcceptOnlyFromAmong([.. ActionMode.All.Select(mode => mode.Name)]);
        _trace.Validators.Add(result =>
        {
            if (result.Tokens is [var file] && !file.Value.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
            {
                result.AddError($"--trace takes a file that ends with .svg, not '{file.Value}'; without one, put it last.");
            }
        });
    }

    public void AddTo(Command command)
    {
        _model.AddTo(command);
        _session.AddTo(command, ownsFiles: !Serves);
        _store.AddTo(command);
        _tools.AddTo(command, approves: !Serves);
        Option[] limits = [_turns, _cells, _time, _tokens, _cost, _prices];
        foreach (var option in Serves ? limits : GoesOn ? [.. limits, _trace] : [_mode, _stateless, .. limits, _trace])
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
        var sources = _tools.Read(arguments, recorded?.Tools);
        var policy = session.Engine.Sandbox;
        policy = policy with { Mounts = [.. policy.Mounts, .. ToolFlags.Mounts(sources)] };
        session = session with { Engine = session.Engine with { Sandbox = policy } };
        var options = new AgentOptions
        {
            Mode = ActionMode.Named(arguments.GetResult(_mode) is { Implicit: false } ? arguments.GetValue(_mode) : recorded?.Mode),
            Persistent = !(arguments.GetResult(_stateless) is { } ? arguments.GetValue(_stateless) : recorded?.Stateless ?? false),
            MaxTurns = arguments.GetValue(_turns),
            MaxCells = arguments.GetValue(_cells),
            MaxTokens = arguments.GetValue(_tokens),
            Price = Price(arguments, model.Name.ToString()),
            MaxCost = arguments.GetValue(_cost),
            MaxTime = TimeSpan.FromSeconds(arguments.GetValue(_time)),
            CellTimeout = session.CellTimeout,
            Temperature = model.AgentTemperature,
            Sources = sources,
        };
        var trace = arguments.GetResult(_trace) is null ? null : new TraceFile(arguments.GetValue(_trace));
        return new AgentSettings(model, session, options, ReadStore(arguments), _tools.ReadApprove(arguments)) { Trace = trace };
    }

    private ModelPrice? Price(ParseResult arguments, string model)
    {
        var file = arguments.GetValue(_prices) ?? Environment.GetEnvironmentVariable("CODEACT_PRICES");
        var price = string.IsNullOrEmpty(file) ? null : ModelPrice.Read(file).GetValueOrDefault(model);
        return price is not null || arguments.GetValue(_cost) is null ? price : throw new FormatException(
            $"--max-cost needs the price of {model}"
            + (string.IsNullOrEmpty(file) ? "; give a table of prices with --prices FILE." : $", which {file} does not have."));
    }
}

/// <summary>What they say.</summary>
/// <param name="Model">The model.</param>
/// <param name="Session">The interpreter.</param>
/// <param name="Options">The limits.</param>
/// <param name="Store">Where it is kept.</param>
/// <param name="Approve">Who decides about calls that need an approval.</param>
internal sealed record AgentSettings(
    ChosenModel Model, SessionSettings Session, AgentOptions Options, StoreName Store, Approve Approve)
{
    /// <summary>Where the timeline goes; null for none.</summary>
    public TraceFile? Trace { get; init; }
}
