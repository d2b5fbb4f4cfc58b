using System.CommandLine;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact fork</c>: a second conversation that has the beginning of the first.</summary>
internal static class ForkCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The conversation, or the beginning of its ID." };
        var at = SessionFlags.AtLeastOne("--at", "The last event that both have; without it, the last that there is.", int.MaxValue);
        at.DefaultValueFactory = _ => 0;
        var store = new StoreFlag();
        var command = new TaughtCommand(
            "fork",
            "Begin a conversation with the events of another one, up to a number; prints its ID.",
            """
            'codeact show ID --events' has the numbers. 'codeact resume' then goes on from there, with the interpreter as it was.

            Examples:
              codeact fork 7k2m --at 12
              codeact resume $(codeact fork 7k2m --at 12) "Use the median instead."
            """)
        {
            id, at,
        };
        store.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var conversations = await store.Read(arguments).OpenAsync(cancellationToken);
            var origin = await conversations.GetAsync(arguments.GetValue(id)!, cancellationToken);
            var number = arguments.GetValue(at) is > 0 and var told ? told : origin.Events;
            await Console.Out.WriteLineAsync(await conversations.ForkAsync(origin.Id, number, origin.Owner, cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }
}
