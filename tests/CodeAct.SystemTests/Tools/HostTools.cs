using System.ComponentModel;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.SystemTests.Tools;

/// <summary>A real session with tools.</summary>
internal static class HostTools
{
    public static async Task<IPythonSession> CreateAsync(this PythonEngine engine, params IEnumerable<AIFunction> functions)
    {
        var session = await engine.CreateSessionAsync(new SessionOptions(), TestContext.Current.CancellationToken);
        session.Tools = new ToolSet(functions);
        return session;
    }

    public static AIFunction Function(string name, Delegate method, string? description = null) =>
        AIFunctionFactory.Create(method, name, description);

    public static AIFunction Add => Function("add", ([Description("The first summand")] int a, int b = 10) => a + b, "Adds two numbers.");

    public static AIFunction Echo => Function("echo", (System.Text.Json.JsonElement value) => value, "Gives back what it gets.");

    public static AIFunction Forever(string name, TaskCompletionSource called, TaskCompletionSource cancelled) => Function(
        name,
        async Task<int> (CancellationToken cancellationToken) =>
        {
            called.TrySetResult();
            await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        });

    public static Task<CellOutcome> RunAsync(this IPythonSession session, params IEnumerable<string> lines) =>
        CellOutcomes.RunAsync(session, string.Join('\n', lines));
}
