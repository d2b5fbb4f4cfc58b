using System.CommandLine;
using CodeAct.Agents;
using CodeAct.Python;

namespace CodeAct.Cli;

/// <summary>Who decides about calls that need an approval.</summary>
internal enum Approve
{
    /// <summary>A person at the terminal; without one the run ends with the call pending.</summary>
    Ask,

    /// <summary>Nobody: all are made.</summary>
    Always,

    /// <summary>Nobody: none is made.</summary>
    Never,
}

/// <summary>The options that give an agent tools, and say who approves of their calls.</summary>
internal sealed class ToolFlags
{
    private readonly Option<string[]> _python = Files(
        "--tools", "A Python file whose functions are tools; they run in the sandbox, like the model's code.", "FILE.py");

    private readonly Option<string[]> _mcp = Files(
        "--mcp",
        "A file that names MCP servers ({\"mcpServers\": …}) whose tools the model may call; they run outside of the sandbox.",
        "FILE.json");

    private readonly Option<string[]> _skills = Files(
        "--skills",
        "A folder of skills (folders with a SKILL.md), or an AGENTS.md: instructions for the model; the session sees it read-only.",
        "DIR|FILE");

    private readonly Option<Approve> _approve = new("--approve")
    {
        Description = "Calls that need an approval, as all of MCP tools that do not say that they only read: "
            + "ask at the terminal (without one the run stops, exit code 3), make always, make never.",
        HelpName = "ask|always|never",
    };

    /// <param name="command">Gets them.</param>
    /// <param name="approves">False for a command that asks in a way of its own.</param>
    public void AddTo(Command command, bool approves = true)
    {
        Option[] all = [_python, _mcp, _skills];
        foreach (var option in approves ? [.. all, _approve] : all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Who approves.</summary>
    public Approve ReadApprove(ParseResult arguments) => arguments.GetValue(_approve);

    /// <summary>Where tools come from; what is not said is as before.</summary>
    public ToolSources? Read(ParseResult arguments, ToolSources? recorded)
    {
        var sources = new ToolSources
        {
            Python = Named(arguments, _python) ?? recorded?.Python,
            Mcp = Named(arguments, _mcp) ?? recorded?.Mcp,
            Skills = Named(arguments, _skills) ?? recorded?.Skills,
        };
        return sources == new ToolSources() ? null : sources;
    }

    /// <summary>The folders among the skills, for the session to read.</summary>
    public static IEnumerable<SandboxMount> Mounts(ToolSources? sources) =>
        (sources?.Skills ?? []).Where(Directory.Exists).Select(folder => new SandboxMount(folder));

    private static List<string>? Named(ParseResult arguments, Option<string[]> option) =>
        arguments.GetValue(option) is { Length: > 0 } files ? [.. files.Select(Path.GetFullPath)] : null;

    private static Option<string[]> Files(string name, string description, string form) => new(name)
    {
        Description = description + " May be repeated.",
        HelpName = form,
        DefaultValueFactory = _ => [],
    };
}
