using System.CommandLine;
using CodeAct.Actions;
using CodeAct.Models;

namespace CodeAct.Cli;

/// <summary>Which model is asked: <c>--model</c> and what belongs to it; without that, codeact-nano.</summary>
internal sealed class ModelChoice
{
    private readonly Option<string?> _model = new("--model", "-m")
    {
        Description = "openai:NAME, anthropic:NAME, ollama:NAME and so on for a server ('codeact models' lists them), gguf:FILE for a "
            + "model that runs in this process, cassette:FILE for a recording. Default: CODEACT_MODEL, else codeact-nano, the small "
            + "model that comes with CodeAct.",
        HelpName = "PROVIDER:NAME",
    };

    private readonly ServerChoice _server = new();

    private readonly Option<float?> _temperature = new("--temperature")
    {
        Description = "Sampling temperature. Default: 0 for gguf models, the server's own otherwise.",
        HelpName = "NUMBER",
    };

    private readonly Option<bool?> _images = new("--images")
    {
        Description = "Whether the model is shown pictures: those of cells, and picture files. Default: yes for OpenAI and Anthropic.",
        HelpName = "true|false",
    };

    private readonly Option<string[]> _fallback = new("--fallback")
    {
        Description = "A model that is asked when the one before cannot answer. May be repeated.",
        HelpName = "PROVIDER:NAME",
    };

    private readonly Option<string?> _record = new("--record")
    {
        Description = "Write what the model is asked and replies to this file; --model cassette:FILE answers from it, without the model.",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_model);
        _server.AddTo(command);
        foreach (var option in new Option[] { _temperature, _images, _fallback, _record })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the choice; nothing is loaded yet.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="recorded">What an earlier conversation was made with, which goes before the environment; null for none.</param>
    /// <exception cref="FormatException">A name is no name of a model, or a variable of the environment is no address.</exception>
    /// <exception cref="FileNotFoundException">No model is named, and codeact-nano is not here.</exception>
    public ChosenModel Read(ParseResult arguments, RecordedModel? recorded) => First(arguments, recorded) with
    {
        Others = [.. (arguments.GetValue(_fallback) ?? []).Select(name => Other(name))],
        RecordTo = arguments.GetValue(_record),
        SeesImages = arguments.GetValue(_images),
    };

    private ChosenModel First(ParseResult arguments, RecordedModel? recorded)
    {
        var temperature = arguments.GetValue(_temperature);
        if (recorded is not null && arguments.GetValue(_model) is null)
        {
            return ChosenModel.Of(recorded, _server.ReadOption(arguments) ?? recorded.Endpoint, temperature);
        }

        var named = arguments.GetValue(_model) ?? Environment.GetEnvironmentVariable("CODEACT_MODEL");
        var name = string.IsNullOrWhiteSpace(named) ? ChosenModel.Default() : ChosenModel.Named(named);
        return new ChosenModel(name, _server.Read(arguments, name.Provider), temperature, IsDefault: string.IsNullOrWhiteSpace(named));
    }

    /// <summary>A model that is not the first.</summary>
    public static ChosenModel Other(string text)
    {
        var name = ChosenModel.Named(text);
        return new ChosenModel(name, ServerChoice.OfEnvironment(name.Provider), null, IsDefault: false);
    }
}

/// <summary>Which server is asked: <c>--base-url</c>, else what the environment says of the provider.</summary>
internal sealed class ServerChoice
{
    private readonly Option<Uri?> _baseUrl = new("--base-url")
    {
        Description = "Where the server is, such as http://localhost:8080/v1. Default: PROVIDER_BASE_URL, such as OPENAI_BASE_URL, else "
            + "the provider's own. The key comes from PROVIDER_API_KEY.",
        HelpName = "URL",
        CustomParser = result => Url(result.Tokens[0].Value, out var error) ?? Refuse(result, error),
    };

    public void AddTo(Command command) => command.Options.Add(_baseUrl);

    /// <summary>The address on the command line; null without one.</summary>
    public Uri? ReadOption(ParseResult arguments) => arguments.GetValue(_baseUrl);

    /// <summary>Its address; null for the provider's own.</summary>
    /// <exception cref="FormatException">What the environment says is no address.</exception>
    public Uri? Read(ParseResult arguments, string provider) => ReadOption(arguments) ?? OfEnvironment(provider);

    /// <summary>What the environment says; null when it says nothing.</summary>
    /// <exception cref="FormatException">That is no address.</exception>
    public static Uri? OfEnvironment(string name)
    {
        if (ModelProvider.Find(name) is not { } provider
            || Environment.GetEnvironmentVariable(provider.UrlVariable) is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            return provider.Address(text);
        }
        catch (UriFormatException none)
        {
            throw new FormatException($"{provider.UrlVariable}: {none.Message}", none);
        }
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

    /// <summary>As <see cref="Agents.RunStarted.Tools"/>.</summary>
    public Agents.ToolSources? Tools { get; init; }

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

    /// <summary>What is asked, in this order, when it cannot answer.</summary>
    public IReadOnlyList<ChosenModel> Others { get; init; } = [];

    /// <summary>Whether it is shown pictures; null for what its provider's models can.</summary>
    public bool? SeesImages { get; init; }

    /// <summary>The cassette that it is recorded to; null for none.</summary>
    public string? RecordTo { get; init; }

    /// <summary>Is told when another model is asked.</summary>
    public Action<string>? Tell { get; init; }

    private const string Gguf = "gguf";
    private const string Recording = "cassette";
    private const int RetriesBeforeOthers = 2;

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

    /// <summary>Makes the model ready to be asked, and those that are asked in its place.</summary>
    /// <exception cref="ModelException">One of them cannot be used as named.</exception>
    public async Task<Model> LoadAsync(CancellationToken cancellationToken)
    {
        var loaded = new List<Model>();
        try
        {
            foreach (var one in (ChosenModel[])[this, .. Others])
            {
                loaded.Add(await one.LoadOneAsync(Others.Count > 0 ? RetriesBeforeOthers : null, cancellationToken));
            }

            var model = loaded[0].WithFallback(loaded[1..], Tell, TimeProvider.System);
            model = model with { SeesImages = SeesImages ?? model.SeesImages };
            return RecordTo is null ? model : model.Recorded(RecordTo);
        }
        catch (Exception failure)
        {
            loaded.ForEach(model => model.Dispose());
            if (Recorded is not null && failure is not OperationCanceledException)
            {
                throw Recorded.CannotBeHad(failure);
            }

            throw;
        }
    }

    private async Task<Model> LoadOneAsync(int? retries, CancellationToken cancellationToken) => Name.Provider switch
    {
        Gguf => await LoadGgufAsync(cancellationToken),
        Recording => Cassette.Play(Name.Id),
        var name when ModelProvider.Find(name) is { } provider =>
            await LoadServedAsync(Server(provider, Name.Id, BaseUrl), retries, cancellationToken),
        var name => throw new FormatException(
            $"'{Name}': there is no provider '{name}'; there are "
            + $"{string.Join(", ", ModelProvider.All.Select(provider => provider.Name))}, {Gguf} and {Recording}."),
    };

    private async Task<Model> LoadServedAsync(ModelServerOptions options, int? retries, CancellationToken cancellationToken)
    {
        options = options with { MaxRetries = retries ?? options.MaxRetries };
        var model = ServerModels.Create(options);
        var isOpenAI = options.BaseUrl == ModelProvider.OpenAI.Url; // whose list says nothing of it
        return isOpenAI ? model : model with { ContextTokens = await ContextTokensAsync(options, cancellationToken) };
    }

    private async Task<int?> ContextTokensAsync(ModelServerOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var quick = options with { MaxRetries = 0, Timeout = TimeSpan.FromSeconds(5) };
            var models = await ServerModels.ListAsync(quick, cancellationToken);
            return models.FirstOrDefault(model => model.Id == options.ModelId)?.ContextTokens;
        }
        catch (ModelException failure) when (Recorded is null || failure.Kind is not ModelErrorKind.Unreachable)
        {
            return null; // what is wrong with the server will be said when the model is asked
        }
    }

    /// <summary>A server's address, with the key from the environment.</summary>
    public static ModelServerOptions Server(ModelProvider provider, string model, Uri? url) => new(provider, model)
    {
        ApiKey = Environment.GetEnvironmentVariable(provider.KeyVariable),
        BaseUrl = url ?? provider.Url,
    };

    // In a method of its own, so that llama.cpp's binding is loaded only by those who use it.
    private Task<Model> LoadGgufAsync(CancellationToken cancellationToken) =>
        Llama.LlamaModels.LoadAsync(Name.Id, new Llama.LlamaOptions(), Progress, cancellationToken);
}
