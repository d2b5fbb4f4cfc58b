using System.Text.Json;

namespace CodeAct.Tools;

/// <summary>What a JSON schema says of a value: its type as Python writes it, and why a value does not fit.</summary>
/// <remarks>
/// The same rules as in the interpreter's <c>values.py</c>. What is not understood allows everything: the tool looks again.
/// </remarks>
internal sealed class ToolSchema(JsonElement root)
{
    private const int Deepest = 32;
    private const string Any = "Any";

    /// <summary>The type in a signature, such as <c>list[int]</c>.</summary>
    public string Annotation(JsonElement schema, int depth = 0)
    {
        schema = Resolve(schema);
        if (depth > Deepest || schema.ValueKind != JsonValueKind.Object)
        {
            return Any;
        }

        if (Member(schema, "enum", JsonValueKind.Array) is { } values)
        {
            return values.GetArrayLength() == 0 ? Any : $"Literal[{string.Join(", ", values.EnumerateArray().Select(Literal))}]";
        }

        if (Choices(schema) is { } choices)
        {
            var types = choices.Select(choice => Annotation(choice, depth + 1)).Distinct().ToList();
            return types.Count == 0 || types.Contains(Any) ? Any : string.Join(" | ", types);
        }

        return Type(schema) switch
        {
            "string" => Text(schema, "contentEncoding") == "base64" ? "bytes" : "str",
            "integer" => "int",
            "number" => "float",
            "boolean" => "bool",
            "array" => schema.TryGetProperty("items", out var items) ? $"list[{Annotation(items, depth + 1)}]" : "list",
            "object" => "dict",
            "null" => "None",
            _ => Any,
        };
    }

    /// <summary>Why a value is not what a schema asks for; null when it is.</summary>
    public string? Mismatch(JsonElement value, JsonElement schema, string where, int depth = 0)
    {
        schema = Resolve(schema);
        if (depth > Deepest || schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (Choices(schema) is { } choices)
        {
            var reasons = choices.ConvertAll(choice => Mismatch(value, choice, where, depth + 1));
            var near = choices.Index().Where(choice => Type(Resolve(choice.Item)) is { } type && Fits(value, type)).ToList();
            return choices.Count == 0 || reasons.Contains(null) ? null
                : near is [var one] ? reasons[one.Index]
                : Wrong(value, schema, where);
        }

        if (Member(schema, "enum", JsonValueKind.Array) is { } values)
        {
            return values.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value))
                ? null
                : $"{where} must be one of {string.Join(", ", values.EnumerateArray().Select(Literal))}, not {Literal(value)}";
        }

        if (!Fits(value, Type(schema)))
        {
            return Wrong(value, schema, where);
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value.EnumerateArray()
                .Select((item, index) => Mismatch(item, items, $"{where}[{index}]", depth + 1)).FirstOrDefault(wrong => wrong is not null),
            JsonValueKind.Object => Members(value, schema, where, depth).FirstOrDefault(wrong => wrong is not null),
            _ => null,
        };
    }

    /// <summary>The schema that a reference stands for.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        for (var step = 0; step < Deepest; step++)
        {
            if (Text(schema, "$ref") is not { } reference)
            {
                return schema;
            }

            schema = root;
            foreach (var part in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var name = part.Replace("~1", "/").Replace("~0", "~");
                if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty(name, out schema))
                {
                    return default;
                }
            }
        }

        return default;
    }

    /// <summary>The one type that a schema allows, in JSON's words; null for several or any.</summary>
    public static string? Type(JsonElement schema) => Text(schema, "type");

    /// <summary>A member of an object, when it is there and of this kind.</summary>
    public static JsonElement? Member(JsonElement schema, string name, JsonValueKind kind) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : null;

    /// <summary>A member that is a string.</summary>
    public static string? Text(JsonElement schema, string name) => Member(schema, name, JsonValueKind.String)?.GetString();

    /// <summary>A value as Python writes it.</summary>
    public static string Literal(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => $"'{value.GetString()}'",
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            JsonValueKind.Null => "None",
            _ => value.GetRawText(),
        };
        return text.Length <= 100 ? text : $"{text.AsSpan(0, 100)}…";
    }

    private static bool Fits(JsonElement value, string? type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || double.IsInteger(value.GetDouble())),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };

    private static List<JsonElement>? Choices(JsonElement schema)
    {
        var choices = Member(schema, "anyOf", JsonValueKind.Array) ?? Member(schema, "oneOf", JsonValueKind.Array);
        if (choices is { } alternatives)
        {
            return [.. alternatives.EnumerateArray()];
        }

        return Member(schema, "type", JsonValueKind.Array) is { } types
            ? [.. types.EnumerateArray().Select(type => With(schema, type))]
            : null;
    }

    private static JsonElement With(JsonElement schema, JsonElement type)
    {
        var members = schema.EnumerateObject().Where(member => member.Name != "type")
            .ToDictionary(member => member.Name, member => member.Value);
        members["type"] = type;
        return JsonSerializer.SerializeToElement(members);
    }

    private IEnumerable<string?> Members(JsonElement value, JsonElement schema, string where, int depth)
    {
        var known = Member(schema, "properties", JsonValueKind.Object);
        foreach (var required in Member(schema, "required", JsonValueKind.Array)?.EnumerateArray().ToArray() ?? [])
        {
            if (required.ValueKind == JsonValueKind.String && !value.TryGetProperty(required.GetString()!, out _))
            {
                yield return $"{where} lacks '{required.GetString()}'";
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            if (known is { } properties && properties.TryGetProperty(member.Name, out var itself))
            {
                yield return Mismatch(member.Value, itself, $"{where}['{member.Name}']", depth + 1);
            }
            else if (Member(schema, "additionalProperties", JsonValueKind.False) is not null)
            {
                yield return $"{where} has '{member.Name}', which is not known";
            }
        }
    }

    private string Wrong(JsonElement value, JsonElement schema, string where)
    {
        var found = value.ValueKind switch
        {
            JsonValueKind.String => "str",
            JsonValueKind.Number => value.TryGetInt64(out _) ? "int" : "float",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "list",
            JsonValueKind.Object => "dict",
            _ => "None",
        };
        return $"{where} must be {Annotation(schema)}, not {found}";
    }
}
