using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace CodeAct.Cli;

/// <summary>The outermost edge: every error that a command lets out becomes one line and an exit code.</summary>
internal static class Edge
{
    public static async Task<int> InvokeAsync(Command root, string[] args, CancellationToken cancellationToken)
    {
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
            if (parsed.Action is ParseErrorAction error)
            {
                error.ShowHelp = false; // the message would scroll away above it
            }

            var code = await parsed.InvokeAsync(configuration, cancellationToken);
            if (parsed.Action is ParseErrorAction)
            {
                await Console.Error.WriteLineAsync($"Try: codeact {CommandPath(parsed)}--help");
            }

            return code;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            return ExitCode.Done; // whoever read our output has seen enough, as `head` does
        }
        catch (Exception exception) when (Environment.GetEnvironmentVariable("CODEACT_TRACEBACK") is null)
        {
            await Console.Error.WriteLineAsync($"codeact: {exception.Message}");
            return ExitCode.Error;
        }
    }

    private static string CommandPath(ParseResult parsed)
    {
        var path = "";
        for (var command = parsed.CommandResult; command.Parent is CommandResult parent; command = parent)
        {
            path = $"{command.Command.Name} {path}";
        }

        return path;
    }

    private const int BrokenPipe = 32; // EPIPE, as .NET reports it on Linux
}
