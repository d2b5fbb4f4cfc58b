using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace CodeAct.Llama.Native;

/// <summary>Takes what llama.cpp would print: to a logger when there is one, and kept for the message of a failed call.</summary>
internal static unsafe partial class LlamaLog
{
    private const int Warning = 3;
    private const int Error = 4;

    [ThreadStatic]
    private static StringBuilder? _errors;

    /// <summary>Where the lines go, for the whole process (llama.cpp has one log); null drops them.</summary>
    public static ILogger? Logger { get; set; }

    public static void Attach() => LlamaNative.llama_log_set(&Receive, null);

    /// <summary>Runs a native call and returns its result with the errors that it logged on this thread.</summary>
    public static (T Result, string Errors) Capture<T>(Func<T> call)
    {
        _errors = new StringBuilder();
        try
        {
            return (call(), _errors.ToString().Trim().ReplaceLineEndings("; "));
        }
        finally
        {
            _errors = null;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void Receive(int level, byte* text, void* state)
    {
        var line = Marshal.PtrToStringUTF8((nint)text) ?? "";
        if (level == Error)
            _errors?.Append(line);

        if (line.TrimEnd() is { Length: > 0 } trimmed && Logger is { } logger)
            Line(logger, level switch { Error => LogLevel.Error, Warning => LogLevel.Warning, _ => LogLevel.Debug }, trimmed);
    }

    [LoggerMessage(Message = "llama.cpp: {Text}")]
    private static partial void Line(ILogger logger, LogLevel level, string text);
}
