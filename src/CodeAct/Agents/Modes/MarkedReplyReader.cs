using CodeAct.Actions;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents.Modes;

/// <summary>Reads replies whose actions stand in their text.</summary>
internal sealed class MarkedReplyReader(ActionSyntax syntax) : IReplyReader
{
    private readonly ReplyReader _reader = new(syntax);

    public bool Found => _reader.Found;

    public bool InAction => _reader.InAction;

    public void Take(ChatResponseUpdate update)
    {
        if (update.Text is { Length: > 0 } text)
        {
            _reader.Feed(text);
        }
    }

    public string TakeThought() => _reader.TakeThought();

    public ReadReply Complete(ReplyFinish finish)
    {
        var action = _reader.Complete(finish);
        return new ReadReply(_reader.Turn, _reader.ActionAt, [action]);
    }
}
