using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.Tools;
using CodeAct.Web;

namespace CodeAct.Cli;

/// <summary>The tools of a command, with the servers that some of them run on.</summary>
internal sealed class Toolkit : IOfferedTools
{
    private readonly List<McpServers> _servers = [];

    /// <summary>The tools; null for none.</summary>
    public IToolHost? Tools { get; private set; }

    /// <summary>What the model is told besides; null for nothing.</summary>
    public string? Instructions { get; private set; }

    /// <summary>Reads the files and starts the servers.</summary>
    public static async Task<Toolkit> OpenAsync(ToolSources? sources, PythonEngine engine, CancellationToken cancellationToken)
    {
        var toolkit = new Toolkit();
        try
        {
            foreach (var file in sources?.Python ?? [])
            {
                toolkit.Add(await PythonTools.ReadAsync(file, engine, cancellationToken));
            }

            foreach (var file in sources?.Mcp ?? [])
            {
                var servers = await McpServers.OpenAsync(file, cancellationToken);
                toolkit._servers.Add(servers);
                toolkit.Add(new ToolSet(servers.Functions));
            }

            var told = (sources?.Skills ?? []).Select(path => Skills.Read(path, engine.PathInSession(new SandboxMount(path))));
            toolkit.Instructions = sources?.Skills is null ? null : string.Join("\n\n", told);
            return toolkit;
        }
        catch
        {
            await toolkit.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var servers in _servers)
        {
            await servers.DisposeAsync();
        }
    }

    private void Add(IToolHost tools) => Tools = Tools is null ? tools : new JoinedTools(Tools, tools);
}
