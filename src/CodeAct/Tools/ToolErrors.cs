using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using CodeAct.Python;

namespace CodeAct.Tools;

/// <summary>What the code in a session is told of an exception on the host: its message, no stack and no place on this machine.</summary>
internal static partial class ToolErrors
{
    private const int LongestMessage = 4000; // characters

    public static ToolFailure Failure(Exception failure)
    {
        var cause = failure;
        while (cause is TargetInvocationException or AggregateException { InnerExceptions.Count: 1 } && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        // Thrown when an AIFunction takes its arguments apart, before the function itself runs
        var kind = cause is JsonException or ArgumentException { ParamName: "arguments" } ? ToolFailureKind.Arguments : ToolFailureKind.Error;
        var message = cause is ArgumentException { ParamName: { } name } ? cause.Message.Replace($" (Parameter '{name}')", "") : cause.Message;
        message = WithoutPlaces(message.Length == 0 ? cause.GetType().Name : message);
        return new ToolFailure(kind, message.Length <= LongestMessage ? message : $"{message.AsSpan(0, LongestMessage)} …");
    }

    /// <summary>Leaves of paths that lead into this machine's directories only the last part.</summary>
    private static string WithoutPlaces(string message) => Place().Replace(message, place =>
        Directory.Exists($"/{place.Groups["root"].Value}") ? $"{place.Groups["before"].Value}…/{place.Groups["last"].Value}" : place.Value);

    [GeneratedRegex(@"(?<before>^|[\s'""(=])/(?<root>[^/\s'""]+)/(?:[^/\s'""]+/)*(?<last>[^/\s'""]*)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
