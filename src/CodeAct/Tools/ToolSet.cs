using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Tools;

/// <summary>Functions of the host that a session's code may call: any <see cref="AIFunction"/>, so also the tools of MCP servers.</summary>
/// <remarks>
/// It does not change; <see cref="With"/> and <see cref="Without"/> make another, which a session takes over with its next cell.
/// One set may serve any number of sessions. Functions are called from any thread, many at the same time.
/// </remarks>
public sealed class ToolSet : IToolHost
{
    private readonly Dictionary<string, AIFunction> _functions = [];
    private readonly Lazy<byte[]> _definitions;

    /// <param name="functions">No two with the same name.</param>
    /// <exception cref="ArgumentException">Two have the same name.</exception>
    public ToolSet(params IEnumerable<AIFunction> functions)
    {
        foreach (var function in functions)
        {
            if (!_functions.TryAdd(function.Name, function))
            {
                throw new ArgumentException($"There are two tools with the name '{function.Name}'; rename one.", nameof(functions));
            }
        }

        _definitions = new(() => ToolJson.Definitions(_functions.Values));
    }

    /// <summary>The functions, in the order in which they were given.</summary>
    public IReadOnlyCollection<AIFunction> Functions => _functions.Values;

    /// <summary>Given to functions that ask for services; none unless told.</summary>
    public IServiceProvider? Services { get; init; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Definitions => _definitions.Value;

    /// <summary>These tools and others.</summary>
    /// <exception cref="ArgumentException">Two have the same name.</exception>
    public ToolSet With(params IEnumerable<AIFunction> functions) => new([.. Functions, .. functions]) { Services = Services };

    /// <summary>These tools but for some.</summary>
    public ToolSet Without(params IEnumerable<string> names) =>
        new(Functions.Where(function => !names.Contains(function.Name))) { Services = Services };

    /// <inheritdoc/>
    public async Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken)
    {
        if (!_functions.TryGetValue(wanted.Name, out var function))
        {
            return new ToolFailure(ToolFailureKind.Refused, $"there is no tool '{wanted.Name}'");
        }

        var caller = wanted.Number is null ? ToolCallers.Direct : ToolCallers.Code;
        if (function.GetService<ReservedAIFunction>() is { } reserved && !reserved.Callers.HasFlag(caller))
        {
            return new ToolFailure(ToolFailureKind.Refused, caller is ToolCallers.Code
                ? "code may not call it, only the model itself by its name"
                : "only code may call it");
        }

        if (!wanted.IsApproved && function.GetService<ApprovalRequiredAIFunction>() is not null)
        {
            return new ToolFailure(ToolFailureKind.Refused, "it needs the approval of a person, and nobody is there to ask");
        }

        var arguments = new AIFunctionArguments(wanted.Arguments.EnumerateObject().ToDictionary(
            argument => argument.Name, object? (argument) => argument.Value))
        {
            Services = Services,
            Context = new Dictionary<object, object?> { [typeof(Workspace)] = wanted.Workspace },
        };
        try
        {
            return ToolJson.Answer(function, await function.InvokeAsync(arguments, cancellationToken));
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return ToolErrors.Failure(function, arguments, failure);
        }
    }
}
