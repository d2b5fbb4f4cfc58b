namespace CodeAct.Python;

// What the interpreter says of its variables.
internal sealed partial class LocalSession
{
    public async Task<IReadOnlyList<Variable>> VariablesAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed == 1, this);
            if (_worker is not { Exit.IsCompleted: false } worker)
            {
                return [];
            }

            await SendAsync(worker, FrameKind.Variables, default);
            var answer = await AnswerAsync(worker, FrameKind.Variables, _answerWithin);
            return answer is { } frame ? CellReader.Parse(frame.Payload.Span, WireJson.Default.IReadOnlyListVariable) : [];
        }
        catch (InvalidDataException) // code of the session has changed how it answers
        {
            return [];
        }
        finally
        {
            _turn.Release();
            Rest();
        }
    }
}
