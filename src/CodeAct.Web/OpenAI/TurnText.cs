using System.Text.Json.Nodes;
using CodeAct.Agents;

namespace CodeAct.Web.OpenAI;

/// <summary>What clients are told in words.</summary>
/// <param name="conversation">The conversation's ID.</param>
/// <param name="server">Where clients reach the server, such as <c>http://127.0.0.1:5080</c>.</param>
internal sealed class TurnText(string conversation, string server)
{
    /// <summary>A link to a file of the workspace.</summary>
    public static string Link(string name)
    {
        var path = Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal);
        return $"{(IsPicture(name) ? "!" : "")}[{name}](sandbox:/mnt/data/{path})";
    }

    /// <summary>Links to what was made and is not named in a text yet, a line each; empty when all is.</summary>
    public static string Links(IEnumerable<string> made, string text) => string.Join('\n', made
        .Where(name => !text.Contains($"sandbox:/mnt/data/{name}", StringComparison.Ordinal))
        .Select(Link)
        .Where(link => !text.Contains(link, StringComparison.Ordinal)));

    /// <summary>Code as Markdown.</summary>
    public static string Fenced(string text, string language)
    {
        var longest = text.Split('\n').Select(line => line.TrimStart()).Max(line => line.Length - line.TrimStart('`').Length);
        var fence = new string('`', Math.Max(3, longest + 1));
        return $"{fence}{language}\n{text.TrimEnd('\n')}\n{fence}";
    }

    /// <summary>That a call waits, and where it is answered.</summary>
    public string Waits(ApprovalRequested request) =>
        $"The call `{Call(request)}` needs your approval. Answer it on the page {server}/c/{conversation}, or with "
        + $"POST {server}/api/conversations/{conversation}/approvals/{request.Call?.ToString() ?? "own"} {{\"approve\": true}}. "
        + "It waits until then.";

    /// <summary>A call as code.</summary>
    public static string Call(ApprovalRequested request)
    {
        var arguments = JsonNode.Parse(request.Arguments) as JsonObject ?? [];
        return $"{request.Tool}({string.Join(", ", arguments.Select(one => $"{one.Key}={one.Value?.ToJsonString() ?? "null"}"))})";
    }

    /// <summary>Why there is no answer; null when there is one.</summary>
    public static string? Stopped(RunEnded ended) =>
        ended.Answer is null ? $"There is no answer: {Prompts.Why(ended.Reason, ended.Detail)}." : null;

    private static bool IsPicture(string name) =>
        Path.GetExtension(name).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG" or ".GIF" or ".SVG" or ".WEBP";
}
