using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CodeAct.Cli;

/// <summary>A command whose own help teaches: below the options stand the details and examples.</summary>
/// <param name="name">What is typed.</param>
/// <param name="description">One sentence, which the list of commands shows too.</param>
/// <param name="details">How it behaves, exit codes, examples.</param>
internal sealed class TaughtCommand(string name, string description, string details) : Command(name, description)
{
    /// <summary>The <c>--help</c> that knows of details.</summary>
    public static HelpOption Help() => new() { Action = new TeachingHelp() };

    private sealed class TeachingHelp : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            new HelpAction().Invoke(parseResult);
            if (parseResult.CommandResult.Command is TaughtCommand taught)
            {
                Console.Out.WriteLine(taught.Details);
            }

            return ExitCode.Done;
        }
    }

    private string Details { get; } = details;
}
