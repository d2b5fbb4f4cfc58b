using System.Text;
using CodeAct.Actions;
using CodeAct.Python;

namespace CodeAct.Conversations.Export;

/// <summary>A conversation as Markdown.</summary>
internal static class MarkdownExport
{
    public static string Write(ConversationSummary conversation, IReadOnlyList<Part> parts)
    {
        var text = new StringBuilder();
        text.Append($"<!-- codeact conversation {conversation.Id}, {conversation.Created:yyyy-MM-dd} -->\n");
        foreach (var part in parts)
        {
            text.Append('\n').Append(Block(part)).Append('\n');
        }

        return text.ToString();
    }

    private static string Block(Part part) => part switch
    {
        Question(var words, var files) => Quoted(files.Count == 0 ? words : $"{words}\n\nFiles: {string.Join(", ", files)}"),
        Thought(var words) => words,
        Told(var words) => words,
        Remark(var words) => $"*{words}*",
        Called call => string.Join("\n\n", Fenced($"{call.Tool} {call.Arguments}", "text"), Fenced(call.Observation, "text")),
        Ran ran => string.Join("\n\n", [Fenced(ran.Code, "python"), .. Shown(ran)]),
        _ => throw new System.Diagnostics.UnreachableException($"No Markdown for {part.GetType().Name}."),
    };

    private static IEnumerable<string> Shown(Ran ran)
    {
        foreach (var shown in ran.Shown)
        {
            if (Picture.Of(shown) is { } picture)
            {
                yield return $"![picture]({picture})";
            }
            else if (Outputs.Text(shown) is { Length: > 0 } text)
            {
                yield return Fenced(text, "text");
            }
        }

        if (ran.End is { } end)
        {
            yield return $"*{end}*";
        }
    }

    private static string Quoted(string text) => "> " + text.Trim().ReplaceLineEndings("\n").Replace("\n", "\n> ");

    // A fence longer than any in the text: nothing in it ends the block.
    internal static string Fenced(string text, string language)
    {
        var (longest, run) = (2, 0);
        foreach (var character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', longest + 1);
        return $"{fence}{language}\n{text.TrimEnd('\n')}\n{fence}";
    }
}

/// <summary>What a cell showed, as plain text.</summary>
internal static class Outputs
{
    public static string Text(CellEvent shown) => TerminalText.Clean(shown switch
    {
        StreamText(_, var text, _) => text,
        DisplayData(var data) => data.PlainText,
        ExecuteResult(var data) => data.PlainText,
        PythonError error => error.Traceback,
        InterpreterRestarted(var reason) => reason,
        ToolCalled call => $"→ {call.Name}({call.Arguments})",
        ToolReturned returned => $"← {returned.Error ?? returned.Result}",
        _ => "",
    });
}

/// <summary>The picture in a display, as an address that holds all of it.</summary>
internal static class Picture
{
    public static string? Of(CellEvent shown)
    {
        var data = shown switch
        {
            DisplayData display => display.Data.Data,
            ExecuteResult result => result.Data.Data,
            _ => null,
        };
        if (data is null)
        {
            return null;
        }

        foreach (var type in (string[])["image/png", "image/jpeg"])
        {
            if (data.TryGetValue(type, out var base64))
            {
                // Base64 and nothing else: what the interpreter sends must not end the address and go on as markup.
                var safe = base64.Where(one => char.IsAsciiLetterOrDigit(one) || one is '+' or '/' or '=');
                return $"data:{type};base64,{string.Concat(safe)}";
            }
        }

        return data.TryGetValue("image/svg+xml", out var svg)
            ? $"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}"
            : null;
    }
}
