using System.CommandLine;
using CodeAct.Actions;
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
    /// <param name="arguments">The command line.</param>
    /// <param name="recorded">What an earlier conversation was made with, which goes before the environment; null for none.</param>
    /// <exception cref="FormatException">The name is no name of a model, or OPENAI_BASE_URL is no URL.</exception>
    /// <exception cref="FileNotFoundException">No model is named, and codeact-nano is not here.</exception>
    public ChosenModel Read(ParseResult arguments, RecordedModel? recorded)
    {
        if (recorded is not null && arguments.GetValue(_model) is null)
        {
            return ChosenModel.Of(recorded, _server.ReadOption(arguments) ?? recorded.Endpoint, arguments.GetValue(_temperature));
        }

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

    /// <summary>The address on the command line; null without one.</summary>
    public Uri? ReadOption(ParseResult arguments) => arguments.GetValue(_baseUrl);

    /// <summary>Its address; null for OpenAI's own.</summary>
    /// <exception cref="FormatException">OPENAI_BASE_URL is no URL.</exception>
    public Uri? Read(ParseResult arguments)
    {
        var url = ReadOption(arguments);
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

/// <summary>The model that an earlier conversation was made with.</summary>
/// <param name="Conversation">Its ID.</param>
/// <param name="Name">As the log has it.</param>
/// <param name="Endpoint">As <see cref="Model.Endpoint"/>.</param>
internal sealed record RecordedModel(string Conversation, string Name, Uri? Endpoint)
{
    /// <summary>As <see cref="Agents.RunStarted.Mode"/>.</summary>
    public string? Mode { get; init; }

    /// <summary>Each cell had a fresh interpreter.</summary>
    public bool Stateless { get; init; }

    public ModelException CannotBeHad(Exception failure) => new(
        (failure as ModelException)?.Kind ?? ModelErrorKind.NotFound,
        $"Conversation {Conversation} was made with {this}, which cannot be had: {failure.Message} Name another model with --model.",
        failure);

    public override string ToString() => TerminalText.Clean(Endpoint is null ? Name : $"{Name} at {Endpoint}");
}

/// <summary>A model that is to be loaded.</summary>
internal sealed record ChosenModel(ModelName Name, Uri? BaseUrl, float? Temperature, bool IsDefault)
{
    /// <summary>Is told how much of a file is loaded, from 0 to 1.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>The earlier conversation's model, when this is it.</summary>
    public RecordedModel? Recorded { get; init; }

    private const string OpenAI = "openai";
    private const string Gguf = "gguf";

    /// <summary>What to say of it before it is used; null when the user named it.</summary>
    public string? Notice => Recorded is not null ? $"model: {Recorded}, as before; name another with --model" : IsDefault
        ? $"model: {Path.GetFileNameWithoutExtension(Name.Id)}, the small model that comes with CodeAct; "
            + "name another with --model openai:NAME [--base-url URL] or --model gguf:FILE"
        : null;

    /// <summary>What the agent asks it with.</summary>
    public float? AgentTemperature => Temperature ?? (Name.Provider == Gguf ? 0 : null);

    /// <summary>Reads a name; that of a file is made absolute, for the log outlives the current directory.</summary>
    public static ModelName Named(string text)
    {
        var name = text.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && File.Exists(text)
            ? new ModelName(Gguf, text)
            : ModelName.Parse(text);
        return name.Provider == Gguf ? name with { Id = Path.GetFullPath(name.Id) } : name;
    }

    /// <summary>That of an earlier conversation.</summary>
    /// <exception cref="ModelException">Its name is none that can be loaded.</exception>
    public static ChosenModel Of(RecordedModel recorded, Uri? server, float? temperature)
    {
        try
        {
            return new ChosenModel(Named(recorded.Name), server, temperature, IsDefault: false)
            {
                Recorded = recorded with { Endpoint = server },
            };
        }
        catch (FormatException nameless)
        {
            throw recorded.CannotBeHad(nameless);
        }
    }

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
    public async Task<Model> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Name.Provider switch
            {
                OpenAI => await LoadOpenAIAsync(cancellationToken),
                Gguf => await LoadGgufAsync(cancellationToken),
                _ => throw new FormatException($"'{Name}': there is no provider '{Name.Provider}'; write openai:NAME or gguf:FILE."),
            };
        }
        catch (Exception failure) when (Recorded is not null && failure is not OperationCanceledException)
        {
            throw Recorded.CannotBeHad(failure);
        }
    }

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
        catch (ModelException failure) when (Recorded is null || failure.Kind is not ModelErrorKind.Unreachable)
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
