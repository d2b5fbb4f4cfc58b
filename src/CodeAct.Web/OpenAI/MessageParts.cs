using System.Text.Json;

namespace CodeAct.Web.OpenAI;

/// <summary>Reads what a message of either interface contains: a text, or parts of several kinds.</summary>
internal static class MessageParts
{
    /// <param name="role">As the request has it.</param>
    /// <param name="content">Its content.</param>
    /// <param name="parameter">Where it stands, for errors.</param>
    /// <exception cref="BadParameterException">Something in it is not supported.</exception>
    public static Said Read(string? role, JsonElement content, string parameter)
    {
        var by = role switch
        {
            "system" or "developer" => Speaker.System,
            "user" => Speaker.User,
            "assistant" => Speaker.Assistant,
            "tool" or "function" => throw BadParameterException.Unsupported(
                $"{parameter}.role", "the agent calls its own tools; a client cannot answer a call."),
            _ => throw new BadParameterException(
                $"{parameter}.role", $"There is no role '{role}'; there are system, developer, user and assistant."),
        };
        return content.ValueKind switch
        {
            JsonValueKind.String => new Said(by, content.GetString()!, []),
            JsonValueKind.Null or JsonValueKind.Undefined when by is Speaker.Assistant => new Said(by, "", []),
            JsonValueKind.Array => OfParts(by, content, $"{parameter}.content"),
            _ => throw new BadParameterException($"{parameter}.content", "The content must be a text or a list of parts."),
        };
    }

    private static Said OfParts(Speaker by, JsonElement parts, string parameter)
    {
        var text = "";
        var files = new List<Attachment>();
        foreach (var (index, part) in parts.EnumerateArray().Index())
        {
            var here = $"{parameter}[{index}]";
            switch (Text(part, "type"))
            {
                case "text" or "input_text" or "output_text":
                    text = Said.Join(text, Text(part, "text") ?? "");
                    break;
                case "refusal":
                    text = Said.Join(text, Text(part, "refusal") ?? "");
                    break;
                case "image_url" when part.TryGetProperty("image_url", out var image):
                    files.Add(Attachment.Inline.OfUrl(Text(image, "url") ?? "", null, $"{here}.image_url.url"));
                    break;
                case "file" when part.TryGetProperty("file", out var file):
                    files.Add(File(file, $"{here}.file"));
                    break;
                case "input_file":
                    files.Add(File(part, here));
                    break;
                case "input_image":
                    files.Add(Text(part, "file_id") is { } id
                        ? new Attachment.Uploaded(id)
                        : Attachment.Inline.OfUrl(Text(part, "image_url") ?? "", null, $"{here}.image_url"));
                    break;
                case var other:
                    throw BadParameterException.Unsupported(
                        here, $"there is no use for a part of type '{other}'; send text, images as data: URLs, or files.");
            }
        }

        return new Said(by, text, files);
    }

    private static Attachment File(JsonElement file, string parameter) =>
        Text(file, "file_id") is { } id ? new Attachment.Uploaded(id)
        : Text(file, "file_data") is { } data
            ? Attachment.Inline.OfUrl(
                data.StartsWith("data:", StringComparison.Ordinal) ? data : $"data:;base64,{data}",
                Text(file, "filename") ?? throw new BadParameterException($"{parameter}.filename", "A file needs its name."),
                $"{parameter}.file_data")
        : throw new BadParameterException(parameter, "A file needs 'file_id', or 'filename' and 'file_data'.");

    /// <summary>A text property of an object; null when there is none.</summary>
    public static string? Text(JsonElement of, string name) =>
        of.ValueKind is JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;
}
