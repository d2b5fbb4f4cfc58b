using System.Text.Json;
using CodeAct.Python;

namespace CodeAct.Agents;

// Tools that are functions in the session: the model calls one by its name, and a cell of ours does it.
internal sealed partial class Run
{
    private async Task<ToolAnswer?> AnswerInSessionAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var code = $"tools._run({JsonSerializer.Serialize(call.Name)}, {JsonSerializer.Serialize(call.Arguments.GetRawText())})";
        var shown = new List<CellEvent>();
        await using var cell = conversation.Session
            .RunAsync(new Cell(code) { Timeout = options.CellTimeout }, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(cell, cancellationToken))
        {
            shown.Add(cell.Current);
        }

        return shown switch
        {
            [.., CellEnded { Status: CellStatus.Ok }] => Value(shown.OfType<DisplayData>().Last().Data.PlainText),
            [.., CellEnded ended] => new ToolFailure(
                ToolFailureKind.Error, shown.OfType<PythonError>().LastOrDefault()?.Traceback ?? ended.Reason ?? "it failed"),
            _ => null,
        };
    }

    private static ToolValue Value(string json)
    {
        using var value = JsonDocument.Parse(json);
        return new ToolValue(value.RootElement.Clone());
    }
}
