using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Agents;
using Microsoft.Extensions.AI;

namespace CodeAct.Conversations.Export;

/// <summary>What a conversation can be written as.</summary>
public enum ExportFormat
{
    /// <summary>A Jupyter notebook, nbformat 4.5, with outputs and pictures.</summary>
    Ipynb,

    /// <summary>Markdown, pictures in it.</summary>
    Md,

    /// <summary>A page that needs nothing but itself.</summary>
    Html,

    /// <summary>Training data: one line in the layout of CodeActInstruct.</summary>
    Jsonl,

    /// <summary>Training data: one line of messages as OpenAI's fine-tuning reads it, without tool calls.</summary>
    OpenAI,

    /// <summary>Everything: the events, one line each, as <c>codeact run --json</c> prints them.</summary>
    Events,
}

/// <summary>Writes a conversation for other programs and for people. A pure function of its events.</summary>
public static class ConversationExport
{
    private static readonly JsonSerializerOptions _line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of the file, of a conversation in a store.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="id">Its ID, or the beginning of it.</param>
    /// <param name="format">What to write.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="KeyNotFoundException">There is no such conversation.</exception>
    /// <exception cref="InvalidOperationException">For training data: the model has not said anything yet.</exception>
    public static async Task<string> WriteAsync(
        IConversationStore store, string id, ExportFormat format, CancellationToken cancellationToken)
    {
        var conversation = await store.GetAsync(id, cancellationToken);
        var entries = await store.ReadAsync(conversation.Id, 0, cancellationToken)
            .Select(stored => stored.Entry)
            .ToListAsync(cancellationToken);
        return Write(conversation, entries, format);
    }

    /// <summary>The text of the file.</summary>
    /// <param name="conversation">Its name and origin.</param>
    /// <param name="entries">Its events, all of them.</param>
    /// <param name="format">What to write.</param>
    /// <exception cref="InvalidOperationException">For training data: the model has not said anything yet.</exception>
    public static string Write(ConversationSummary conversation, IReadOnlyList<LogEntry> entries, ExportFormat format)
    {
        var events = entries.Select(entry => entry.Event);
        return format switch
        {
            ExportFormat.Ipynb => NotebookExport.Write(conversation, Story.Of(events)),
            ExportFormat.Md => MarkdownExport.Write(conversation, Story.Of(events)),
            ExportFormat.Html => HtmlExport.Write(conversation, Story.Of(events)),
            ExportFormat.Jsonl => Line(new JsonObject
            {
                ["id"] = $"codeact/{conversation.Id}/{conversation.Model}",
                ["conversations"] = Messages(conversation, entries),
            }),
            ExportFormat.OpenAI => Line(new JsonObject { ["messages"] = Messages(conversation, entries) }),
            ExportFormat.Events => string.Concat(entries.Select(entry => LogJson.Write(entry) + '\n')),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format."),
        };
    }

    // Both layouts know the same three roles; user and assistant take turns, and the assistant has the last word.
    private static JsonArray Messages(ConversationSummary conversation, IReadOnlyList<LogEntry> entries)
    {
        var merged = new List<(ChatRole Role, string Text)>();
        foreach (var message in Transcript.Of(entries.Select(entry => entry.Event), ChatRole.User))
        {
            var role = message.Role == ChatRole.Tool ? ChatRole.User : message.Role;
            var text = string.Join('\n', message.Contents.Select(Text));
            if (merged is [.., var last] && last.Role == role)
            {
                merged[^1] = (role, $"{last.Text}\n\n{text}");
            }
            else
            {
                merged.Add((role, text));
            }
        }

        return merged.Exists(message => message.Role == ChatRole.Assistant)
            ? [.. merged.Select(message => new JsonObject { ["role"] = message.Role.Value, ["content"] = message.Text })]
            : throw new InvalidOperationException(
                $"The model has not said anything in conversation {conversation.Id} yet: there is nothing to learn from it.");
    }

    // Calls of functions become the actions that they would be in code and JSON mode, and their results observations.
    private static string Text(AIContent content) => content switch
    {
        FunctionCallContent { Name: "execute_code", Arguments: { } arguments } when arguments.TryGetValue("code", out var code) =>
            $"<execute>\n{code}\n</execute>",
        FunctionCallContent call =>
            $"<action>\n{JsonSerializer.Serialize(new { tool = call.Name, args = call.Arguments }, _line)}\n</action>",
        FunctionResultContent result => Prompts.Observed(ChatRole.User, result.Result?.ToString() ?? ""),
        _ => content.ToString() ?? "",
    };

    private static string Line(JsonObject value) => value.ToJsonString(_line) + '\n';
}
