using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>All that one cell showed.</summary>
internal sealed record CellOutcome(IReadOnlyList<CellEvent> Events)
{
    public CellEnded Ended => Assert.IsType<CellEnded>(Events[^1]);

    public CellStatus Status => Ended.Status;

    public string Stdout => Text(StreamName.Stdout);

    public string Stderr => Text(StreamName.Stderr);

    public PythonError Error => Events.OfType<PythonError>().Single();

    public MimeBundle Result => Events.OfType<ExecuteResult>().Single().Data;

    public IReadOnlyList<MimeBundle> Displays => [.. Events.OfType<DisplayData>().Select(display => display.Data)];

    public bool IsRestarted => Events[0] is InterpreterRestarted;

    /// <summary>The events in short, neighbouring pieces of one stream as one.</summary>
    public string Order
    {
        get
        {
            var pieces = new List<string>();
            foreach (var shown in Events)
            {
                var (kind, text) = shown switch
                {
                    StreamText { Stream: StreamName.Stdout } piece => ("out ", piece.Text),
                    StreamText piece => ("err ", piece.Text),
                    DisplayData display => ("display ", display.Data.PlainText),
                    ExecuteResult result => ("result ", result.Data.PlainText),
                    PythonError error => ("error ", error.Name),
                    ToolCalled call => ("call ", $"{call.Name} {call.Arguments}"),
                    ToolReturned call => ("returned ", $"{call.Name} {call.Result}{call.Error}"),
                    CellEnded ended => ("ended ", ended.Status.ToString()),
                    InterpreterRestarted => ("restarted", ""),
                    _ => throw new InvalidOperationException($"No name for {shown}."),
                };
                if (pieces.Count > 0 && shown is StreamText && pieces[^1].StartsWith(kind, StringComparison.Ordinal))
                {
                    pieces[^1] += text;
                }
                else
                {
                    pieces.Add(kind + text);
                }
            }

            return string.Join("|", pieces.Select(piece => piece.Trim().ReplaceLineEndings("/")));
        }
    }

    private string Text(StreamName stream) =>
        string.Concat(Events.OfType<StreamText>().Where(piece => piece.Stream == stream).Select(piece => piece.Text));
}

internal static class CellOutcomes
{
    public static Task<CellOutcome> RunAsync(this IPythonSession session, string code) =>
        session.RunAsync(code, TimeSpan.FromSeconds(30));

    public static Task<CellOutcome> RunAsync(this IPythonSession session, string code, TimeSpan limit) =>
        session.OutcomeAsync(new Cell(code) { Timeout = limit });

    public static async Task<CellOutcome> OutcomeAsync(this IPythonSession session, Cell cell)
    {
        var events = new List<CellEvent>();
        await foreach (var shown in session.RunAsync(cell, TestContext.Current.CancellationToken))
        {
            events.Add(shown);
        }

        return new CellOutcome(events);
    }
}
