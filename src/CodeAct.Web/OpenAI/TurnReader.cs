using System.Runtime.CompilerServices;
using System.Text;
using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.Web.Chats;

namespace CodeAct.Web.OpenAI;

/// <summary>Reads what a client is told of one message from what a follower of its conversation is told, live or from the log.</summary>
internal sealed class TurnReader
{
    private const int MostNamed = 20; // files

    private readonly StringBuilder _written = new(); // of the present reply, as far as it was told
    private readonly List<string> _made = [];
    private string? _reply; // complete, and not yet known to be a thought or an answer

    /// <summary>The pieces up to the end of the message.</summary>
    public static async IAsyncEnumerable<TurnPiece> ReadAsync(
        IAsyncEnumerable<LiveEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new TurnReader();
        await foreach (var told in events.WithCancellation(cancellationToken))
        {
            foreach (var piece in reader.Read(told))
            {
                yield return piece;
                if (piece is TurnPiece.Asked or TurnPiece.Over or TurnPiece.Lost)
                {
                    yield break;
                }
            }
        }

        yield return new TurnPiece.Lost("The server is ending; the conversation goes on when it is started again.");
    }

    private IEnumerable<TurnPiece> Read(LiveEvent told) => told switch
    {
        Streamed(var piece) => Write(_written + piece.Thought),
        StreamedSoFar(var pieces) => Write(string.Concat(pieces.Select(piece => piece.Thought))),
        Happened(var stored) => Read(stored.Number, stored.Entry.Event),
        Broken(var why) => [new TurnPiece.Lost(why)],
        Deleted => [new TurnPiece.Lost("The conversation was deleted.")],
        _ => [],
    };

    private IEnumerable<TurnPiece> Read(long number, AgentEvent happened)
    {
        switch (happened)
        {
            case ModelText: // a reply that broke off
                _written.Clear();
                return [];
            case ReplyEnded ended:
                var rest = Write(ended.Thought);
                _reply = ended.Thought;
                return rest;
            case ReplyRejected:
                return Settle();
            case CellStarted started:
                return [.. Settle(), new TurnPiece.Ran(number, started.Code)];
            case CallStarted started:
                return [.. Settle(), new TurnPiece.Ran(number, $"{started.Tool}({started.Arguments})")];
            case CellOutput { Event: DisplayData(var bundle) }:
                return Show(number, bundle);
            case CellOutput { Event: ExecuteResult(var bundle) }:
                return Show(number, bundle);
            case CellFinished finished:
                _made.AddRange(finished.Result.Files.Except(_made).Take(MostNamed - _made.Count));
                return [new TurnPiece.Printed(finished.Observation)];
            case CallFinished finished:
                return [new TurnPiece.Printed(finished.Observation)];
            case ApprovalRequested request:
                return [.. Settle(), new TurnPiece.Asked(number, request)];
            case RunEnded ended:
                return End(ended);
            default:
                return [];
        }
    }

    // The reply so far, of which some may have been told already.
    private IReadOnlyList<TurnPiece> Write(string reply)
    {
        var told = _written.ToString();
        if (reply.Length <= told.Length || !reply.StartsWith(told, StringComparison.Ordinal))
        {
            return [];
        }

        _written.Clear().Append(reply);
        return [new TurnPiece.Wrote(reply[told.Length..])];
    }

    private IReadOnlyList<TurnPiece> Settle()
    {
        _written.Clear();
        var reply = _reply;
        _reply = null;
        return string.IsNullOrWhiteSpace(reply) ? [] : [new TurnPiece.Thought(reply)];
    }

    private IReadOnlyList<TurnPiece> Show(long number, MimeBundle bundle)
    {
        if (ContainerFile.Picture(bundle.Data) is not { } picture)
        {
            return [];
        }

        var name = $"figure-{number}.{picture.Extension}";
        _made.Add(name);
        return [new TurnPiece.Showed(name, picture.Type, picture.Bytes)];
    }

    private IReadOnlyList<TurnPiece> End(RunEnded ended)
    {
        var over = new TurnPiece.Over(ended, [.. _made]);
        return ended.Answer is { } answer && answer.Trim() != _reply?.Trim()
            ? [.. Settle(), .. Write(answer), over] // it stood between marks
            : ended.Answer is null ? [.. Settle(), over] : [over];
    }
}
