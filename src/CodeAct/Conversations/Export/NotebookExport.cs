using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Actions;
using CodeAct.Python;

namespace CodeAct.Conversations.Export;

/// <summary>A conversation as a Jupyter notebook: cells as they ran, words as Markdown between them.</summary>
internal static class NotebookExport
{
    private static readonly JsonSerializerOptions _layout = new()
    {
        WriteIndented = true,
        IndentSize = 1, // as Jupyter writes it
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(ConversationSummary conversation, IReadOnlyList<Part> parts)
    {
        var cells = new JsonArray();
        foreach (var part in parts)
        {
            JsonNode cell = part is Ran ran ? Code(ran) : Words(part);
            cell["id"] = $"cell-{cells.Count + 1}";
            cells.Add(cell);
        }

        return new JsonObject
        {
            ["cells"] = cells,
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject { ["display_name"] = "Python 3", ["language"] = "python", ["name"] = "python3" },
                ["language_info"] = new JsonObject { ["name"] = "python", ["file_extension"] = ".py" },
                ["codeact"] = new JsonObject { ["conversation"] = conversation.Id, ["model"] = conversation.Model },
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        }.ToJsonString(_layout) + '\n';
    }

    private static JsonObject Words(Part part) => new()
    {
        ["cell_type"] = "markdown",
        ["metadata"] = new JsonObject(),
        ["source"] = part switch
        {
            Question { Files.Count: > 0 } question => $"**{question.Text}**\n\nFiles: {string.Join(", ", question.Files)}",
            Question question => $"**{question.Text}**",
            Thought(var text) => text,
            Told(var text) => text,
            Remark(var text) => $"*{text}*",
            Called call => MarkdownExport.Fenced($"{call.Tool} {call.Arguments}\n{call.Observation}", "text"),
            _ => throw new System.Diagnostics.UnreachableException($"No words for {part.GetType().Name}."),
        },
    };

    private static JsonObject Code(Ran ran)
    {
        var outputs = new JsonArray([.. ran.Shown.Select(shown => Output(shown, ran.Number)).OfType<JsonNode>()]);
        if (ran.End is { } end)
        {
            outputs.Add(Stream("stderr", $"[{end}]\n"));
        }

        return new JsonObject
        {
            ["cell_type"] = "code",
            ["execution_count"] = ran.Number,
            ["metadata"] = new JsonObject(),
            ["source"] = ran.Code,
            ["outputs"] = outputs,
        };
    }

    private static JsonObject? Output(CellEvent shown, int number) => shown switch
    {
        StreamText(var name, var text, _) => Stream(name is StreamName.Stdout ? "stdout" : "stderr", text),
        DisplayData(var data) => new JsonObject
        {
            ["output_type"] = "display_data",
            ["data"] = Bundle(data),
            ["metadata"] = new JsonObject(),
        },
        ExecuteResult(var data) => new JsonObject
        {
            ["output_type"] = "execute_result",
            ["execution_count"] = number,
            ["data"] = Bundle(data),
            ["metadata"] = new JsonObject(),
        },
        PythonError error => new JsonObject
        {
            ["output_type"] = "error",
            ["ename"] = error.Name,
            ["evalue"] = error.Message,
            ["traceback"] = new JsonArray([.. error.Traceback.Split('\n').Select(line => JsonValue.Create(line))]),
        },
        InterpreterRestarted(var reason) => Stream("stderr", $"[{TerminalText.Clean(reason)}]\n"),
        _ => null,
    };

    private static JsonObject Stream(string name, string text) => new()
    {
        ["output_type"] = "stream",
        ["name"] = name,
        ["text"] = text,
    };

    // The notebook format wants JSON as JSON and everything else as text.
    private static JsonObject Bundle(MimeBundle data) => new(data.Data.Select(one => KeyValuePair.Create(
        one.Key,
        one.Key == "application/json" || one.Key.EndsWith("+json", StringComparison.Ordinal)
            ? JsonNode.Parse(one.Value)
            : JsonValue.Create(one.Value))));
}
