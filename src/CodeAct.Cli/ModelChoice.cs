using System.CommandLine;
using CodeAct.Models;

namespace CodeAct.Cli;

/// <summary>Which model is asked: <c>--model</c>, <c>--base-url</c>, <c>--temperature</c>; without them, codeact-nano.</summary>
internal sealed class ModelChoice
{
    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = "openai:NAME for a server, or gguf:FILE for a model that runs in this process. "
            + "Default: CODEACT_MODEL, else codeact-nano, the small model that comes with CodeAct.",
        HelpName = "PROVIDER:NAME",
    };

    private readonly ServerChoice _server = new();

    private readonly Option<float?> _temperature = new("--temperature")
    {
        Description = "Sampling temperature. Default: 0 for gguf models, the server's own otherwise.",
        HelpName = "NUMBER",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_model);
        _server.AddTo(command);
        command.Options.Add(_temperature);
    }

    /// <summary>Reads the choice; nothing is loaded yet.</summary>
    /// <exception cref="FormatException">The name is no name of a model, or OPENAI_BASE_URL is no URL.</exception>
    /// <exception cref="FileNotFoundException">No model is named, and codeact-nano is not here.</exception>
    public ChosenModel Read(ParseResult arguments)
    {
        var named = arguments.GetValue(_model) ?? Environment.GetEnvironmentVariable("CODEACT_MODEL");
        var name = string.IsNullOrWhiteSpace(named) ? ChosenModel.Default() : ChosenModel.Named(named);
        var (server, temperature) = (_server.Read(arguments), arguments.GetValue(_temperature));
        return new ChosenModel(name, server, temperature, IsDefault: string.IsNullOrWhiteSpace(named));
    }
}

/// <summary>Which server is asked: <c>--base-url</c>, else <c>OPENAI_BASE_URL</c>.</summary>
internal sealed class ServerChoice
{
    private readonly Option<Uri?> _baseUrl = new("--base-url")
    {
        Description = "Where an OpenAI-compatible server is, such as http://localhost:8080/v1. "
            + "Default: OPENAI_BASE_URL, else OpenAI. The key comes from OPENAI_API_KEY.",
        HelpName = "URL",
        CustomParser = result => Url(result.Tokens[0].Value, out var error) ?? Refuse(result, error),
    };

    public void AddTo(Command command) => command.Options.Add(_baseUrl);

    /// <summary>Its address; null for OpenAI's own.</summary>
    /// <exception cref="FormatException">OPENAI_BASE_URL is no URL.</exception>
    public Uri? Read(ParseResult arguments)
    {
        var url = arguments.GetValue(_baseUrl);
        if (url is null && Environment.GetEnvironmentVariable("OPENAI_BASE_URL") is { Length: > 0 } set)
        {
            url = Url(set, out var error) ?? throw new FormatException($"OPENAI_BASE_URL: {error}");
        }

        return url;
    }

    private static Uri? Url(string text, out string error)
    {
        error = $"'{text}' is no URL; write it like http://localhost:8080/v1.";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null;
    }

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return null;
    }
}

/// <summary>A model that is to be loaded.</summary>
internal sealed record ChosenModel(ModelName Name, Uri? BaseUrl, float? Temperature, bool IsDefault)
{
    /// <summary>Is told how much of a file is loaded, from 0 to 1.</summary>
    public IProgress<double>? Progress { get; init; }

    private const string OpenAI = "openai";
    private const string Gguf = "gguf";

    /// <summary>What to say of it before it is used; null when the user named it.</summary>
    public string? Notice => IsDefault
        ? $"model: {Path.GetFileNameWithoutExtension(Name.Id)}, the small model that comes with CodeAct; "
            + "name another with --model openai:NAME [--base-url URL] or --model gguf:FILE"
        : null;

    /// <summary>What the agent asks it with.</summary>
    public float? AgentTemperature => Temperature ?? (Name.Provider == Gguf ? 0 : null);

    public static ModelName Named(string text) =>
        text.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && File.Exists(text)
            ? new ModelName(Gguf, text)
            : ModelName.Parse(text);

    /// <summary>codeact-nano, found from the program's place upwards.</summary>
    public static ModelName Default()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var models = new DirectoryInfo(Path.Combine(directory.FullName, "models", "codeact-nano"));
            var file = models.Exists ? models.GetFiles("*.gguf").MinBy(file => file.Name.Length) : null;
            if (file is not null)
            {
                return new ModelName(Gguf, file.FullName);
            }
        }

        throw new FileNotFoundException(
            "codeact-nano is not here (models/codeact-nano/*.gguf); name a model with --model openai:NAME or --model gguf:FILE.");
    }

    /// <summary>Makes the model ready to be asked.</summary>
    /// <exception cref="ModelException">It cannot be used as named.</exception>
    public Task<Model> LoadAsync(CancellationToken cancellationToken) => Name.Provider switch
    {
        OpenAI => LoadOpenAIAsync(cancellationToken),
        Gguf => LoadGgufAsync(cancellationToken),
        _ => throw new FormatException($"'{Name}': there is no provider '{Name.Provider}'; write openai:NAME or gguf:FILE."),
    };

    private async Task<Model> LoadOpenAIAsync(CancellationToken cancellationToken)
    {
        var context = BaseUrl is null ? null : await ContextTokensAsync(cancellationToken);
        return ServerModels.Create(Server(Name.Id, BaseUrl)) with { ContextTokens = context };
    }

    private async Task<int?> ContextTokensAsync(CancellationToken cancellationToken)
    {
        try
        {
            var server = Server(Name.Id, BaseUrl) with { MaxRetries = 0, Timeout = TimeSpan.FromSeconds(5) };
            var models = await ServerModels.ListAsync(server, cancellationToken);
            return models.FirstOrDefault(model => model.Id == Name.Id)?.ContextTokens;
        }
        catch (ModelException)
        {
            return null; // what is wrong with the server will be said when the model is asked
        }
    }

    /// <summary>A server's address, with the key from the environment.</summary>
    public static ModelServerOptions Server(string model, Uri? url)
    {
        var options = new ModelServerOptions(ModelProvider.OpenAI, model) { ApiKey = Environment.GetEnvironmentVariable("OPENAI_API_KEY") };
        return url is null ? options : options with { BaseUrl = url };
    }

    // In a method of its own, so that llama.cpp's binding is loaded only by those who use it.
    private Task<Model> LoadGgufAsync(CancellationToken cancellationToken) =>
        Llama.LlamaModels.LoadAsync(Name.Id, new Llama.LlamaOptions(), Progress, cancellationToken);
}
