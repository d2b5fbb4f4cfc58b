using System.Text.Json;

namespace CodeAct.Actions;

/// <summary>A call of a tool that a model wrote as JSON.</summary>
internal static class JsonCall
{
    private const int MostTries = 4; // at brackets where JSON may begin

    private const string OnlyFirst = "You wrote more than one action. Only the first one was carried out.";

    private static readonly string[] _names = ["tool", "tool_name", "name", "action", "function", "function_name"];
    private static readonly string[] _arguments =
        ["args", "arguments", "parameters", "params", "kwargs", "input", "inputs", "action_input", "tool_input"];

    private static readonly string[] _languages = ["json", "json5", "jsonc", "tool", "tool_call", "action"];

    /// <summary>What a fence with this after its opening holds.</summary>
    public static FenceUse FenceUse(string info) =>
        info.Trim() is var language && (language.Length == 0 || _languages.Contains(language.ToLowerInvariant()))
            ? Actions.FenceUse.Either
            : Actions.FenceUse.Text;

    /// <summary>Whether what stands in no marks is a call all the same, and not data in an answer.</summary>
    public static bool IsCall(string body) => Find(body, "", isSure: false, out _) is not null;

    /// <summary>Reads a call; prose and fences around it do not matter.</summary>
    /// <param name="thought">What was said before.</param>
    /// <param name="body">Where it stands.</param>
    /// <param name="whatToDo">What to tell the model when there is none.</param>
    public static Reply Read(string thought, string body, string whatToDo)
    {
        if (Find(body, thought, isSure: true, out var reached) is { } action)
        {
            return action;
        }

        return new Unreadable(string.IsNullOrWhiteSpace(body)
            ? $"Your action was empty. {whatToDo}"
            : $"Your action was not JSON that names a tool; reading came as far as {Excerpt(body, reached)}. {whatToDo}");
    }

    private static ToolAction? Find(string body, string thought, bool isSure, out int reached)
    {
        reached = 0;
        var tries = 0;
        for (var at = body.AsSpan().IndexOfAny('{', '['); at >= 0 && tries++ < MostTries;)
        {
            if (LenientJson.TryRead(body.AsSpan(at), out var value, out var length) && Shape(thought, value, isSure) is { } action)
            {
                return body.AsSpan(at + length).TrimStart(", \r\n").StartsWith('{') ? action with { Reminder = OnlyFirst } : action;
            }

            reached = Math.Max(reached, at + length);
            var next = body.AsSpan(at + 1).IndexOfAny('{', '[');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return null;
    }

    /// <summary>The call that a value stands for; null when it stands for none.</summary>
    private static ToolAction? Shape(string thought, JsonElement value, bool isSure)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            return value.GetArrayLength() == 0 || Shape(thought, value[0], isSure) is not { } first ? null
                : value.GetArrayLength() > 1 ? first with { Reminder = OnlyFirst }
                : first;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var name in _names)
        {
            if (!value.TryGetProperty(name, out var named))
            {
                continue;
            }

            if (named.ValueKind == JsonValueKind.String && named.GetString()!.Trim() is { Length: > 0 } tool
                && (isSure || name.StartsWith("tool", StringComparison.Ordinal) || _arguments.Any(key => value.TryGetProperty(key, out _))))
            {
                return new ToolAction(thought, tool, Arguments(value, name));
            }

            if (named.ValueKind == JsonValueKind.Object && Shape(thought, named, isSure) is { } inner) // {"function": {"name": …}}
            {
                return inner;
            }
        }

        return value.TryGetProperty("tool_calls", out var calls) ? Shape(thought, calls, isSure) : null;
    }

    private static JsonElement Arguments(JsonElement call, string nameKey)
    {
        foreach (var key in _arguments)
        {
            if (call.TryGetProperty(key, out var arguments))
            {
                return Opened(arguments);
            }
        }

        // Everything else in the object, as in {"action": "weather", "city": "Rome"}.
        return JsonSerializer.SerializeToElement(
            call.EnumerateObject().Where(member => member.Name != nameKey && member.Name is not ("thought" or "id" or "type"))
                .GroupBy(member => member.Name, StringComparer.Ordinal)
                .ToDictionary(members => members.Key, members => members.Last().Value));
    }

    private static JsonElement Opened(JsonElement arguments) => arguments.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array => arguments,
        JsonValueKind.Null => JsonSerializer.SerializeToElement(Array.Empty<int>()),
        JsonValueKind.String when arguments.GetString()!.TrimStart().StartsWith('{')
            && LenientJson.TryRead(arguments.GetString(), out var inner, out _) => inner, // JSON in JSON, as providers send it
        _ => JsonSerializer.SerializeToElement(new[] { arguments }),
    };

    private static string Excerpt(string body, int reached)
    {
        var start = Math.Max(0, reached - 20);
        return $"'{body[start..Math.Min(body.Length, reached + 20)].ReplaceLineEndings(" ").Trim()}'";
    }
}
