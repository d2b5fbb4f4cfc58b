using System.Reflection;
using System.Text.Json;
using CodeAct.Python;
using Microsoft.Extensions.AI;

namespace CodeAct.Tools;

/// <summary>What the code in a session is told of an exception on the host: its message, no stack and no place on this machine.</summary>
internal static class ToolErrors
{
    private const int LongestMessage = 4000; // characters

    public static ToolFailure Failure(AIFunction function, AIFunctionArguments arguments, Exception failure)
    {
        var cause = failure;
        while (cause is TargetInvocationException or AggregateException { InnerExceptions.Count: 1 } && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        var isMisuse = cause is ArgumentException { ParamName: nameof(arguments) }
            || cause is JsonException && !Fit(function, arguments);
        var message = cause is ArgumentException { ParamName: { } name }
            ? cause.Message.Replace($" (Parameter '{name}')", "")
            : cause.Message;
        message = HostPaths.Remove(message.Length == 0 ? cause.GetType().Name : message, HostPaths.Known);
        return new ToolFailure(
            isMisuse ? ToolFailureKind.Arguments : ToolFailureKind.Error,
            message.Length <= LongestMessage ? message : $"{message.AsSpan(0, LongestMessage)} …");
    }

    /// <summary>Whether the arguments are of the types of the function's parameters; the exception does not tell.</summary>
    private static bool Fit(AIFunction function, AIFunctionArguments arguments)
    {
        try
        {
            foreach (var parameter in function.UnderlyingMethod?.GetParameters() ?? [])
            {
                if (parameter.Name is { } name && arguments.TryGetValue(name, out var value) && value is JsonElement json)
                {
                    json.Deserialize(parameter.ParameterType, function.JsonSerializerOptions);
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
