using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Client;

namespace CodeAct.Tools;

/// <summary>Servers of the Model Context Protocol, named in the JSON that other clients read too: <c>{"mcpServers": {…}}</c>.</summary>
/// <remarks>They run as long as this; what their environment holds stays with them. Whoever opens it disposes it.</remarks>
public sealed class McpServers : IAsyncDisposable
{
    private const string Form = """{"mcpServers": {"NAME": {"command": …}}}""";

    private readonly List<McpClient> _clients = [];
    private readonly List<AIFunction> _functions = [];

    private McpServers()
    {
    }

    /// <summary>Their tools. One that does not say that it only reads needs an approval, unless <c>alwaysAllow</c> names it.</summary>
    /// <remarks>A name that two servers have is made <c>SERVER_NAME</c> for the later one.</remarks>
    public IReadOnlyList<AIFunction> Functions => _functions;

    /// <summary>Starts or reaches the servers of a file and asks for their tools.</summary>
    /// <param name="file">
    /// For each server <c>command</c>, <c>args</c>, <c>env</c>, <c>cwd</c>, or <c>url</c>, <c>headers</c>; and for both
    /// <c>disabled</c> and <c>alwaysAllow</c>, the names of tools that need no approval.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FormatException">The file says something else.</exception>
    /// <exception cref="IOException">The file cannot be read, or a server cannot be had.</exception>
    public static async Task<McpServers> OpenAsync(string file, CancellationToken cancellationToken)
    {
        var configured = await ReadAsync(file, cancellationToken);
        var servers = new McpServers();
        try
        {
            foreach (var (name, server) in configured.Where(one => !one.Value.Disabled))
            {
                await servers.AddAsync(name, server, file, cancellationToken);
            }

            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task<Dictionary<string, Server>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken);
            return JsonSerializer.Deserialize<Configured>(text, _options)?.McpServers
                ?? throw new FormatException($"{file} names no servers; it must be {Form}.");
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"{file} is not as it must be, {Form}: {wrong.Message}", wrong);
        }
    }

    private async Task AddAsync(string name, Server server, string file, CancellationToken cancellationToken)
    {
        try
        {
            var client = await McpClient.CreateAsync(Transport(name, server, file), cancellationToken: cancellationToken);
            _clients.Add(client);
            foreach (var tool in await client.ListToolsAsync(cancellationToken: cancellationToken))
            {
                var isFree = tool.ProtocolTool.Annotations?.ReadOnlyHint is true || server.AlwaysAllow.Contains(tool.Name);
                var named = _functions.Exists(other => other.Name == tool.Name) ? tool.WithName($"{name}_{tool.Name}") : tool;
                _functions.Add(isFree ? named : new ApprovalRequiredAIFunction(named));
            }
        }
        catch (Exception failure) when (failure is not FormatException && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The MCP server '{name}' of {file} cannot be had: {failure.Message}", failure);
        }
    }

    private static IClientTransport Transport(string name, Server server, string file) => server switch
    {
        { Command: { } command } => new StdioClientTransport(new StdioClientTransportOptions
        {
            Name = name,
            Command = command,
            Arguments = server.Args,
            EnvironmentVariables = server.Env.ToDictionary(one => one.Key, string? (one) => one.Value),
            WorkingDirectory = server.Cwd,
        }),
        { Url: { } url } => new HttpClientTransport(new HttpClientTransportOptions
        {
            Name = name,
            Endpoint = url,
            AdditionalHeaders = server.Headers,
        }),
        _ => throw new FormatException($"The MCP server '{name}' of {file} has neither 'command' nor 'url'; give it one of them."),
    };

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    private sealed record Configured(Dictionary<string, Server>? McpServers);

    private sealed record Server
    {
        public string? Command { get; init; }

        public List<string> Args { get; init; } = [];

        public Dictionary<string, string> Env { get; init; } = [];

        public string? Cwd { get; init; }

        public Uri? Url { get; init; }

        public Dictionary<string, string> Headers { get; init; } = [];

        public bool Disabled { get; init; }

        public List<string> AlwaysAllow { get; init; } = [];
    }
}
