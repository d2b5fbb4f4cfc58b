using CodeAct.Agents;

namespace CodeAct.Web.OpenAI;

/// <summary>An answer of chat completions: one text, in which the work is Markdown.</summary>
/// <param name="showing">What of the work is in it.</param>
/// <param name="words">For what is told in words.</param>
internal sealed class ChatText(Showing showing, TurnText words)
{
    private readonly List<string> _pictures = []; // of the cell that runs
    private readonly System.Text.StringBuilder _text = new();

    /// <summary>All of it so far.</summary>
    public string Text => _text.ToString();

    /// <summary>How it ended; null while a call waits, or when it did not end.</summary>
    public RunEnded? End { get; private set; }

    /// <summary>Why it was lost; null when it was not.</summary>
    public string? Lost { get; private set; }

    /// <summary>The reason for the end, as this interface calls it.</summary>
    public string FinishReason => End?.Reason is null or StopReason.Answered or StopReason.Interrupted ? "stop" : "length";

    /// <summary>What a piece adds to the text; may be empty.</summary>
    public string Add(TurnPiece piece)
    {
        var added = piece switch
        {
            TurnPiece.Asked(_, var request) => Paragraph(words.Waits(request)),
            TurnPiece.Over over => Close(over),
            TurnPiece.Lost(var why) => Lose(why),
            _ => showing is Showing.Work ? Work(piece) : "",
        };
        _text.Append(added);
        return added;
    }

    private string Work(TurnPiece piece)
    {
        switch (piece)
        {
            case TurnPiece.Wrote(var text):
                return _text.Length == 0 ? text.TrimStart() : text;
            case TurnPiece.Ran(_, var code):
                return Paragraph(TurnText.Fenced(code, "python"));
            case TurnPiece.Showed(var name, _, _):
                _pictures.Add(name);
                return "";
            case TurnPiece.Printed(var output):
                var shown = string.Join('\n', _pictures.Select(TurnText.Link));
                _pictures.Clear();
                return Paragraph(Said.Join(TurnText.Fenced(output, "text"), shown)) + "\n\n";
            default:
                return "";
        }
    }

    private string Close(TurnPiece.Over over)
    {
        End = over.End;
        var answer = showing is Showing.Work ? "" : over.End.Answer?.Trim() ?? "";
        var text = Said.Join(answer, TurnText.Stopped(over.End) ?? "");
        var links = TurnText.Links(over.Made, Text + text);
        return links.Length == 0 && _text.Length == 0 ? text : text.Length + links.Length == 0 ? "" : Paragraph(Said.Join(text, links));
    }

    private string Lose(string why)
    {
        Lost = why;
        return "";
    }

    /// <summary>A text after an empty line.</summary>
    private string Paragraph(string text)
    {
        var end = Text.AsSpan().TrimEnd(' ');
        return _text.Length == 0 || end.EndsWith("\n\n") ? text : end.EndsWith("\n") ? "\n" + text : "\n\n" + text;
    }
}
