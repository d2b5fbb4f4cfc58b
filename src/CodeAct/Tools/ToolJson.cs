using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Tools;

/// <summary>Functions and their results as the interpreter gets them.</summary>
internal static class ToolJson
{
    public static byte[] Definitions(IEnumerable<AIFunction> functions)
    {
        var definitions = new JsonArray();
        foreach (var function in functions)
        {
            var definition = new JsonObject
            {
                ["name"] = function.Name,
                ["description"] = function.Description,
                ["parameters"] = Node(function.JsonSchema),
            };
            if (function.ReturnJsonSchema is { } returns)
            {
                definition["returns"] = Node(returns);
            }

            if (GivesBytes(function))
            {
                definition["bytes"] = true;
            }

            if (function.GetService<ApprovalRequiredAIFunction>() is not null)
            {
                definition["approval"] = true;
            }

            if (function.GetService<ReservedAIFunction>() is { } reserved)
            {
                definition["callers"] = reserved.Callers.ToString();
            }

            definitions.Add(definition);
        }

        return JsonSerializer.SerializeToUtf8Bytes(definitions, AIJsonUtilities.DefaultOptions);
    }

    public static ToolAnswer Answer(AIFunction function, object? result) => result switch
    {
        byte[] bytes => new ToolBytes(bytes),
        ReadOnlyMemory<byte> bytes => new ToolBytes(bytes),
        JsonElement { ValueKind: JsonValueKind.String } text when GivesBytes(function) => new ToolBytes(text.GetBytesFromBase64()),
        JsonElement { ValueKind: JsonValueKind.Undefined } => Value(null, function),
        JsonElement value => function.UnderlyingMethod is null ? Unwrap(value) : new ToolValue(value),
        ErrorContent error => new ToolFailure(ToolFailureKind.Error, error.Message),
        DataContent file => new ToolBytes(file.Data),
        TextContent text => Value(text.Text, function),
        IEnumerable<AIContent> contents => Answer(function, [.. contents]),
        _ => Value(result, function),
    };

    /// <summary>
    /// What a tool of the Model Context Protocol means when its client gives the whole <c>CallToolResult</c>: it does that for
    /// errors and for structured results.
    /// </summary>
    private static ToolAnswer Unwrap(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("content", out var content)
            || content.ValueKind != JsonValueKind.Array)
        {
            return new ToolValue(value);
        }

        if (value.TryGetProperty("isError", out var isError) && isError.ValueKind == JsonValueKind.True)
        {
            var texts = content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : null);
            return new ToolFailure(ToolFailureKind.Error, string.Join('\n', texts.Where(text => text is not null)));
        }

        return new ToolValue(value.TryGetProperty("structuredContent", out var structured) ? structured : value);
    }

    private static ToolAnswer Answer(AIFunction function, IReadOnlyList<AIContent> contents)
    {
        if (contents is [var only])
        {
            return Answer(function, (object)only);
        }

        return contents.OfType<ErrorContent>().FirstOrDefault() is { } error
            ? Answer(function, (object)error)
            : Value(contents.Select(Part).ToArray(), function);
    }

    /// <summary>One of several parts of a result: text as it is, all else as an object.</summary>
    private static object Part(AIContent content) => content switch
    {
        TextContent text => text.Text,
        DataContent data => new Dictionary<string, object?> { ["type"] = data.MediaType, ["data"] = data.Base64Data.ToString() },
        UriContent link => new Dictionary<string, object?> { ["type"] = link.MediaType, ["uri"] = link.Uri.ToString() },
        _ => content,
    };

    private static ToolValue Value(object? value, AIFunction function) =>
        new(JsonSerializer.SerializeToElement(value, value?.GetType() ?? typeof(object), function.JsonSerializerOptions));

    private static bool GivesBytes(AIFunction function)
    {
        var type = function.UnderlyingMethod?.ReturnType;
        var generic = type is { IsGenericType: true } ? type.GetGenericTypeDefinition() : null;
        type = generic == typeof(Task<>) || generic == typeof(ValueTask<>) ? type!.GetGenericArguments()[0] : type;
        return type == typeof(byte[]) || type is not null && type.IsAssignableTo(typeof(DataContent));
    }

    private static JsonNode? Node(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        _ => JsonValue.Create(element),
    };
}
