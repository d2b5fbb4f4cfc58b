using System.Text.Json;
using CodeAct.Python;

namespace CodeAct.Tools;

/// <summary>What is known of the tools of a host: their signatures, and whether a call fits one of them.</summary>
/// <remarks>Read from <see cref="IToolHost.Definitions"/>, so it is the same for functions, MCP servers and whatever wraps them.</remarks>
internal sealed class ToolCatalog
{
    private readonly Dictionary<string, ToolSignature> _tools = [];

    /// <param name="host">The tools; null for none.</param>
    public ToolCatalog(IToolHost? host)
    {
        using var definitions = JsonDocument.Parse(host?.Definitions ?? "[]"u8.ToArray());
        foreach (var definition in definitions.RootElement.EnumerateArray())
        {
            var signature = new ToolSignature(definition.Clone());
            _tools[signature.Name] = signature;
        }
    }

    private ToolCatalog(IEnumerable<ToolSignature> tools) => _tools = tools.ToDictionary(tool => tool.Name);

    /// <summary>Those of its tools that somebody may call.</summary>
    public ToolCatalog For(ToolCallers caller) => new(Tools.Where(tool => tool.Callers.HasFlag(caller)));

    /// <summary>The signatures, in the host's order.</summary>
    public IReadOnlyCollection<ToolSignature> Tools => _tools.Values;

    /// <summary>A tool by its name; null when there is none.</summary>
    public ToolSignature? Find(string name) => _tools.GetValueOrDefault(name);

    /// <summary>What somebody is told who wanted a tool that there is not: the nearest ones with their signatures.</summary>
    public string Unknown(string name)
    {
        if (_tools.Count == 0)
        {
            return $"there is no tool '{name}', nor any other";
        }

        var near = Nearest.To(name, _tools.Keys);
        return near.Count > 0
            ? $"there is no tool '{name}'; there is {string.Join(" and ", near.Select(other => _tools[other].Python))}"
            : $"there is no tool '{name}'; there are {string.Join(", ", _tools.Keys.Take(20))}{(_tools.Count > 20 ? ", …" : "")}";
    }
}

/// <summary>A tool's name, parameters and result.</summary>
internal sealed class ToolSignature
{
    private readonly ToolSchema _schema;
    private readonly JsonElement _definition;

    public ToolSignature(JsonElement definition)
    {
        _definition = definition;
        Name = definition.GetProperty("name").GetString()!;
        Description = (ToolSchema.Text(definition, "description") ?? "").Trim();
        Parameters = ToolSchema.Member(definition, "parameters", JsonValueKind.Object)
            ?? JsonSerializer.SerializeToElement(new { type = "object" });
        _schema = new ToolSchema(Parameters);
        var root = _schema.Resolve(Parameters);
        var required = ToolSchema.Member(root, "required", JsonValueKind.Array)?.EnumerateArray()
            .Select(name => name.ToString()).ToHashSet() ?? [];
        var properties = ToolSchema.Member(root, "properties", JsonValueKind.Object)?.EnumerateObject().ToList() ?? [];
        All = [.. properties
            .Select(property => new ToolParameter(property.Name, _schema.Resolve(property.Value), required.Contains(property.Name)))
            .OrderBy(parameter => !parameter.IsRequired)]; // stable: else as the schema has them
        TakesOthers = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("additionalProperties", out var others)
            && others.ValueKind is JsonValueKind.True or JsonValueKind.Object;
    }

    /// <summary>The host's name for it.</summary>
    public string Name { get; }

    /// <summary>What it does; may be empty.</summary>
    public string Description { get; }

    /// <summary>Who may call it.</summary>
    public ToolCallers Callers =>
        ToolSchema.Text(_definition, "callers") is { } callers ? Enum.Parse<ToolCallers>(callers) : ToolCallers.All;

    /// <summary>It is a function in the session, and not on the host.</summary>
    public bool RunsInSession => _definition.TryGetProperty("python", out _);

    /// <summary>A call of it needs an approval.</summary>
    public bool NeedsApproval => _definition.TryGetProperty("approval", out var approval) && approval.ValueKind == JsonValueKind.True;

    /// <summary>The schema of its arguments.</summary>
    public JsonElement Parameters { get; }

    /// <summary>Its parameters, those that must be given first.</summary>
    public IReadOnlyList<ToolParameter> All { get; }

    /// <summary>It takes arguments of any name besides.</summary>
    public bool TakesOthers { get; }

    /// <summary>The type of its result as Python writes it; null when it is not known.</summary>
    public string? Result => _definition.TryGetProperty("bytes", out var bytes) && bytes.ValueKind == JsonValueKind.True ? "bytes"
        : ToolSchema.Member(_definition, "returns", JsonValueKind.Object) is { } returns ? new ToolSchema(returns).Annotation(returns)
        : null;

    /// <summary>The type of a parameter as Python writes it.</summary>
    public string TypeOf(ToolParameter parameter) => _schema.Annotation(parameter.Schema);

    /// <summary>The signature as Python writes it.</summary>
    public string Python
    {
        get
        {
            var parameters = All.Select(parameter =>
                $"{parameter.Name}: {TypeOf(parameter)}{(parameter.IsRequired ? "" : $" = {parameter.Default}")}");
            var others = TakesOthers ? (string[])["**others"] : [];
            return $"{Name}({string.Join(", ", [.. parameters, .. others])}){(Result is { } result ? $" -> {result}" : "")}";
        }
    }

    /// <summary>Puts arguments in the place of parameters.</summary>
    /// <param name="arguments">An object by name or an array by position.</param>
    /// <param name="bound">The arguments by name.</param>
    /// <returns>What is wrong with them, with the signature, for the model to read; null when nothing is.</returns>
    public string? Bind(JsonElement arguments, out JsonElement bound)
    {
        bound = default;
        var values = new Dictionary<string, JsonElement>();
        if (arguments.ValueKind == JsonValueKind.Array)
        {
            var given = arguments.EnumerateArray().ToList();
            if (given.Count > All.Count)
            {
                return Misused($"got {given.Count} arguments");
            }

            for (var position = 0; position < given.Count; position++)
            {
                values[All[position].Name] = given[position];
            }
        }
        else
        {
            foreach (var member in arguments.EnumerateObject())
            {
                values[member.Name] = member.Value;
            }
        }

        if (Wrong(values) is { } wrong)
        {
            return Misused(wrong);
        }

        bound = JsonSerializer.SerializeToElement(values);
        return null;
    }

    private string? Wrong(Dictionary<string, JsonElement> values)
    {
        foreach (var name in values.Keys.Where(name => !TakesOthers && All.All(parameter => parameter.Name != name)))
        {
            var near = Nearest.To(name, All.Select(parameter => parameter.Name));
            return $"got an unexpected argument '{name}'{(near.Count > 0 ? $"; did you mean '{near[0]}'?" : "")}";
        }

        foreach (var parameter in All)
        {
            if (!values.TryGetValue(parameter.Name, out var value))
            {
                if (parameter.IsRequired)
                {
                    return $"missing a required argument: '{parameter.Name}'";
                }
            }
            else if (_schema.Mismatch(value, parameter.Schema, parameter.Name) is { } mismatch)
            {
                if (parameter.IsRequired || value.ValueKind != JsonValueKind.Null)
                {
                    return mismatch;
                }

                values.Remove(parameter.Name); // null for what has no default: as if not given
            }
        }

        return null;
    }

    /// <summary>What is wrong with a call, after the signature.</summary>
    public string Misused(string reason) => $"{Python}: {reason}";
}

/// <summary>A parameter of a tool.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">What it takes.</param>
/// <param name="IsRequired">It must be given.</param>
internal sealed record ToolParameter(string Name, JsonElement Schema, bool IsRequired)
{
    /// <summary>What it does; null when it does not say.</summary>
    public string? Description => ToolSchema.Text(Schema, "description");

    /// <summary>Its type in JSON's words; null for any.</summary>
    public string? Type => ToolSchema.Type(Schema);

    /// <summary>What it is when it is not given, as Python writes it.</summary>
    public string Default => Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty("default", out var value)
        ? ToolSchema.Literal(value)
        : "None";
}
