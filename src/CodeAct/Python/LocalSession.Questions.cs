namespace CodeAct.Python;

// What the interpreter says to somebody who writes code.
internal sealed partial class LocalSession
{
    private static readonly TimeSpan _thinkWithin = TimeSpan.FromSeconds(2); // a property of the session's own may run for ever

    public async Task<TAnswer> AskAsync<TAnswer>(CodeQuestion<TAnswer> question, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            if (_worker is not { Exit.IsCompleted: false } worker)
            {
                return question.None;
            }

            var reader = new CellReader(++_cell);
            using var ladder = new InterruptLadder(worker, _thinkWithin, engine.Options.InterruptGrace, engine.Options.Time);
            await SendAsync(worker, FrameKind.Ask, question.Wire.ToBytes());
            await LateUntilAsync(reader, worker);
            if (worker.Ended)
            {
                await DeathAsync(worker, ladder, budget: null);
            }

            return reader.Answer is { } answer ? CellReader.Parse(answer.Span, question.AnswerType) : question.None;
        }
        catch (InvalidDataException) // it was interrupted, or code of the session has changed how it answers
        {
            return question.None;
        }
        finally
        {
            _turn.Release();
            Rest();
        }
    }
}
