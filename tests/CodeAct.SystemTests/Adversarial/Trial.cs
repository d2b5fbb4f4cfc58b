using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.SystemTests.Adversarial;

/// <summary>How one cell of a program went, as its caller sees it.</summary>
/// <param name="Ended">The last event.</param>
/// <param name="Elapsed">From the call to the end of the stream.</param>
/// <param name="Text">The first of what was shown; a flood is counted and not kept.</param>
/// <param name="Characters">How much was shown.</param>
internal sealed record Trial(CellEnded Ended, TimeSpan Elapsed, string Text, long Characters)
{
    private const int MostKept = 1 << 18;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    /// <exception cref="TimeoutException">The host hangs.</exception>
    public static Task<Trial> RunAsync(IPythonSession session, string code, TimeSpan limit) =>
        RunUnboundedAsync(session, code, limit).WaitAsync(_patience, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <exception cref="TimeoutException">The host hangs.</exception>
    public static Task SetAsync(IPythonSession session, string name, JsonNode value) =>
        session.SetVariableAsync(name, value, TestContext.Current.CancellationToken)
            .WaitAsync(_patience, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Does what the host is to do before a cell; a checkpoint that the session refuses is none.</summary>
    /// <exception cref="TimeoutException">The host hangs.</exception>
    public static async Task<Checkpoint?> ActAsync(IPythonSession session, string action, Checkpoint? checkpoint)
    {
        try
        {
            switch (action)
            {
                case AttackProgram.Checkpoint:
                    return await session.CheckpointAsync(CancellationToken.None).WaitAsync(_patience, TimeProvider.System, CancellationToken.None);
                case AttackProgram.Rollback when checkpoint is not null:
                    await session.RollbackAsync(checkpoint, CancellationToken.None).WaitAsync(_patience, TimeProvider.System, CancellationToken.None);
                    break;
            }
        }
        catch (CheckpointException)
        {
        }

        return checkpoint;
    }

    private static async Task<Trial> RunUnboundedAsync(IPythonSession session, string code, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        var kept = new StringBuilder();
        var characters = 0L;
        CellEnded? ended = null;
        await foreach (var shown in session.RunAsync(new Cell(code) { Timeout = limit }, CancellationToken.None))
        {
            var text = shown switch
            {
                StreamText piece => piece.Text,
                DisplayData display => display.Data.PlainText,
                ExecuteResult result => result.Data.PlainText,
                PythonError error => error.Traceback,
                _ => "",
            };
            characters += text.Length;
            if (kept.Length < MostKept)
            {
                kept.Append(text.AsSpan(0, Math.Min(text.Length, MostKept)));
            }

            ended = shown as CellEnded;
        }

        return new Trial(Assert.IsType<CellEnded>(ended), Stopwatch.GetElapsedTime(started), kept.ToString(), characters);
    }
}
