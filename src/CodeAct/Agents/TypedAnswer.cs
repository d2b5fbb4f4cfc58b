using System.Text.Json;
using System.Text.Json.Serialization;
using CodeAct.Python;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>An answer that the model gives by calling a tool, so that it has a type.</summary>
internal abstract class TypedAnswer
{
    public const string Name = "final_answer";

    /// <summary>What values are read by: nothing may be missing, too much, or null where the type does not say so.</summary>
    protected static JsonSerializerOptions Strict { get; } = new(AIJsonUtilities.DefaultOptions)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        WriteIndented = false,
    };

    /// <summary>The answer as JSON; null while there is none.</summary>
    public string? Json { get; protected set; }

    /// <summary>The tool, beside others.</summary>
    public abstract IToolHost Beside(IToolHost? others);
}

/// <inheritdoc/>
internal sealed class TypedAnswer<T> : TypedAnswer
{
    public T Value { get; private set; } = default!;

    public override IToolHost Beside(IToolHost? others)
    {
        var tool = new ToolSet(AIFunctionFactory.Create(Take, new AIFunctionFactoryOptions
        {
            Name = Name,
            Description = "Gives the answer to the user and ends the task. Call it once you know the answer.",
            SerializerOptions = Strict,
        }));
        return others is null ? tool : new JoinedTools(tool, others);
    }

    private void Take(T value)
    {
        Value = value;
        Json = JsonSerializer.Serialize(value, Strict);
    }
}
