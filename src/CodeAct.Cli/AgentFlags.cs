using System.CommandLine;
using CodeAct.Agents;

namespace CodeAct.Cli;

/// <summary>The options that <c>run</c> and <c>chat</c> share.</summary>
internal sealed class AgentFlags
{
    private readonly ModelChoice _model = new();
    private readonly Option<string[]> _files = new("--file", "-f")
    {
        Description = "A file to work with; it is copied into the working directory of the interpreter. May be repeated.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Where files and pictures that the agent makes are put. Nothing there is overwritten.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "codeact-out",
    };

    private readonly Option<string?> _log = new("--log")
    {
        Description = "Where the run is written down, to be printed again with 'codeact show'. Default: a new file in ~/.local/state/codeact/runs.",
        HelpName = "FILE",
    };

    private readonly Option<int> _turns = AtLeastOne("--max-turns", "Most replies of the model to one message.", new AgentOptions().MaxTurns);
    private readonly Option<int> _cells = AtLeastOne("--max-cells", "Most cells that run for one message.", new AgentOptions().MaxCells);
    private readonly Option<int> _time = AtLeastOne(
        "--max-time", "Longest time for one message, in seconds.", (int)new AgentOptions().MaxTime.TotalSeconds);

    private readonly Option<int> _timeout = AtLeastOne(
        "--timeout", "Longest time for one cell, in seconds.", (int)new AgentOptions().CellTimeout.TotalSeconds);

    public void AddTo(Command command)
    {
        command.Options.Add(_files);
        _model.AddTo(command);
        foreach (var option in new Option[] { _out, _log, _turns, _cells, _time, _timeout })
        {
            command.Options.Add(option);
        }
    }

    public AgentSettings Read(ParseResult arguments, TimeProvider time)
    {
        var model = _model.Read(arguments);
        var options = new AgentOptions
        {
            MaxTurns = arguments.GetValue(_turns),
            MaxCells = arguments.GetValue(_cells),
            MaxTime = TimeSpan.FromSeconds(arguments.GetValue(_time)),
            CellTimeout = TimeSpan.FromSeconds(arguments.GetValue(_timeout)),
            Temperature = model.AgentTemperature,
        };
        return new AgentSettings(
            model,
            options,
            arguments.GetValue(_files)!,
            arguments.GetValue(_out)!,
            arguments.GetValue(_log) ?? StateFiles.NewLog(time));
    }

    /// <summary>An option whose value is a whole number above zero.</summary>
    public static Option<int> AtLeastOne(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var number) || number < 1))
            {
                result.AddError($"{name} takes a whole number above 0, not '{token.Value}'.");
            }
        });
        return option;
    }
}

/// <summary>What <c>run</c> and <c>chat</c> work with.</summary>
/// <param name="Model">The model.</param>
/// <param name="Options">The limits.</param>
/// <param name="Files">Files of the host to begin with.</param>
/// <param name="OutDirectory">Where what the agent makes is put.</param>
/// <param name="LogFile">Where it is written down.</param>
internal sealed record AgentSettings(
    ChosenModel Model, AgentOptions Options, IReadOnlyList<string> Files, string OutDirectory, string LogFile);
