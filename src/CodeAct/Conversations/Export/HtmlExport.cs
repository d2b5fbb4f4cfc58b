using System.Net;
using System.Text;
using CodeAct.Python;

namespace CodeAct.Conversations.Export;

/// <summary>A conversation as a page that stands alone: its style in it, pictures in it, no script, nothing fetched.</summary>
/// <remarks>
/// What model and cells say is text here, HTML among it too; and should some of it ever be taken for markup, the page's policy
/// forbids scripts and every address but the pictures' own.
/// </remarks>
internal static class HtmlExport
{
    private static readonly string _style = Style();

    public static string Write(ConversationSummary conversation, IReadOnlyList<Part> parts)
    {
        var title = Text(conversation.Title.Length > 0 ? conversation.Title : "Conversation");
        var page = new StringBuilder();
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <title>{title}</title>
            <style>
            {_style}
            </style>
            </head>
            <body>
            <main>

            """);
        page.Append(Body(parts));
        page.Append($"""
            </main>
            <footer>
            {conversation.Created:yyyy-MM-dd HH:mm} UTC · {Text(conversation.Model)} · conversation {Text(conversation.Id)}
            </footer>
            </body>
            </html>

            """);
        return page.ToString();
    }

    /// <summary>The conversation itself, as markup in which everything that somebody said is text.</summary>
    public static string Body(IReadOnlyList<Part> parts) => string.Concat(parts.Select(part => Block(part) + '\n'));

    private static string Block(Part part) => part switch
    {
        Question { Files: { Count: > 0 } files } question =>
            $"<section class=\"question\">{Text(question.Text)}<div class=\"files\">{Text(string.Join(", ", files))}</div></section>",
        Question question => $"<section class=\"question\">{Text(question.Text)}</section>",
        Thought(var words) => $"<p class=\"thought\">{Text(words)}</p>",
        Told(var words) => $"<section class=\"answer\">{Text(words)}</section>",
        Remark(var words) => $"<p class=\"remark\">{Text(words)}</p>",
        Called call =>
            $"<section class=\"cell\"><pre class=\"code\" tabindex=\"0\">{Text($"{call.Tool} {call.Arguments}")}</pre>"
            + $"<pre class=\"output\" tabindex=\"0\">{Text(call.Observation)}</pre></section>",
        Ran ran =>
            $"<section class=\"cell\"><div class=\"number\">[{ran.Number}]</div>"
            + $"<pre class=\"code\" tabindex=\"0\">{Text(ran.Code)}</pre>{Shown(ran)}</section>",
        _ => throw new System.Diagnostics.UnreachableException($"No HTML for {part.GetType().Name}."),
    };

    private static string Shown(Ran ran)
    {
        var html = new StringBuilder();
        foreach (var shown in ran.Shown)
        {
            if (Picture.Of(shown) is { } picture)
            {
                html.Append($"<img alt=\"picture\" src=\"{picture}\">");
            }
            else if (Table(shown) is { } table)
            {
                html.Append(table);
            }
            else if (Outputs.Text(shown) is { Length: > 0 } text)
            {
                var kind = shown is PythonError or StreamText { Stream: StreamName.Stderr } ? "error" : "output";
                html.Append($"<pre class=\"{kind}\" tabindex=\"0\">{Text(text.TrimEnd('\n'))}</pre>");
            }
        }

        return ran.End is { } end ? html.Append($"<p class=\"remark\">{Text(end)}</p>").ToString() : html.ToString();
    }

    private static string? Table(CellEvent shown) => shown switch
    {
        DisplayData(var display) => display.Data.TryGetValue("text/html", out var html) ? HtmlTable.Of(html) : null,
        ExecuteResult(var result) => result.Data.TryGetValue("text/html", out var html) ? HtmlTable.Of(html) : null,
        _ => null,
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Style()
    {
        using var stream = typeof(HtmlExport).Assembly.GetManifestResourceStream(typeof(HtmlExport), "page.css")
            ?? throw new InvalidOperationException("The page's style is not in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
