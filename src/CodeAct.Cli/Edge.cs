using System.CommandLine;

namespace CodeAct.Cli;

/// <summary>The outermost edge: every error that a command lets out becomes one line and an exit code.</summary>
internal static class Edge
{
    public static async Task<int> InvokeAsync(Command root, string[] args, CancellationToken cancellationToken)
    {
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await root.Parse(args.Length == 0 ? ["--help"] : args).InvokeAsync(configuration, cancellationToken);
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

    private const int BrokenPipe = 32; // EPIPE, as .NET reports it on Linux
}
