using System.CommandLine;
using CodeAct.Actions;
using CodeAct.Cli.Terminal;
using CodeAct.Conversations;
using CodeAct.Conversations.Export;
using CodeAct.Models;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact chat</c>: many messages in one conversation and one interpreter.</summary>
internal static class ChatCommand
{
    private const string Commands =
        """
        /files        the files in the working directory of the interpreter
        /add FILE     copies a file into it
        /save FILE    writes the conversation: as .ipynb, .md, .html, the events as .jsonl, or else as text
        /reset        begins anew: empty conversation, fresh interpreter, the files of the beginning
        /help         this
        /exit         leaves; so does Ctrl-D
        """;

    public static Command Create(Interrupts interrupts)
    {
        var flags = new AgentFlags();
        var command = new TaughtCommand(
            "chat",
            "Talk with the agent: many messages in one conversation, with one interpreter that keeps its variables.",
            """
            Ctrl-C interrupts the running cell, and the model sees that; a second one ends the answer, not the conversation.
            /help lists the commands. Without a terminal, each line of standard input is a message.

            Examples:
              codeact chat --file products.csv
              codeact chat --model openai:gpt-5
              printf 'What is 2**10?\nAnd its square root?\n' | codeact chat
            """);
        flags.AddTo(command);
        command.SetAction((arguments, cancellationToken) =>
            ChatAsync(null, flags.Read(arguments, null), interrupts, cancellationToken));
        return command;
    }

    /// <summary>Talks, in a new conversation or at the end of an earlier one.</summary>
    internal static async Task<int> ChatAsync(
        ConversationSummary? resumed, AgentSettings settings, Interrupts interrupts, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var screen = Screen.OfProcess(time);
        if (settings.Model.Notice is { } notice)
        {
            screen.Line(notice, Look.Faint);
        }

        await using var desk = await Desk.OpenAsync(settings, RunCommand.TellId, screen, interrupts, cancellationToken);
        if (resumed is not null)
        {
            await desk.ResumeAsync(resumed, new RunPrinter(screen, time), cancellationToken);
        }

        if (Prompt.HasPerson)
        {
            screen.Line("/help lists the commands, Ctrl-D leaves.", Look.Faint);
        }

        var prompt = new Prompt(screen, StateFiles.History("chat"));
        var code = ExitCode.Done;
        while (await prompt.AskAsync("> ", cancellationToken) is { } line && line.Trim() is not ("/exit" or "/quit"))
        {
            if (line.StartsWith('/'))
            {
                await ObeyAsync(line, desk, screen, cancellationToken);
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                code = await AnswerAsync(line.Trim(), desk, screen, interrupts, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                if (code == ExitCode.Pending)
                {
                    return code; // what comes next may rest on that call
                }
            }
        }

        return Prompt.HasPerson ? ExitCode.Done : code;
    }

    private static async Task<int> AnswerAsync(
        string message, Desk desk, Screen screen, Interrupts interrupts, CancellationToken cancellationToken)
    {
        var view = new RunPrinter(screen, TimeProvider.System) { TaskIsShown = Prompt.HasPerson };
        try
        {
            return RunCommand.CodeOf((await desk.RunAsync(message, view, interrupts, cancellationToken)).Reason);
        }
        catch (ModelException failure)
        {
            screen.Status(null);
            screen.Line(failure.Message, Look.Failure); // the user may try again
            return ExitCode.Error;
        }
        finally
        {
            screen.Line();
        }
    }

    private static async Task ObeyAsync(
        string line, Desk desk, Screen screen, CancellationToken cancellationToken)
    {
        var words = line.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
        var rest = words.Length > 1 ? words[1] : "";
        try
        {
            switch (words[0])
            {
                case "/files":
                    var files = desk.Workspace.Files();
                    screen.Line(files.Count > 0 ? TerminalText.Clean(string.Join('\n', files)) : "no files");
                    break;
                case "/add" when rest.Length > 0:
                    var name = await desk.Workspace.AddFileAsync(rest, cancellationToken);
                    screen.Line($"added {TerminalText.Clean(name)}", Look.Good);
                    break;
                case "/save" when rest.Length > 0 && desk.Id is null:
                    screen.Line("there is nothing to save yet", Look.Warning);
                    break;
                case "/save" when rest.Length > 0:
                    await SaveAsync(rest, desk.Store, desk.Id!, cancellationToken);
                    screen.Line($"saved {rest}", Look.Good);
                    break;
                case "/reset":
                    await desk.ResetAsync(cancellationToken);
                    screen.Line("a new conversation, a fresh interpreter", Look.Good);
                    break;
                case "/help":
                    screen.Line(Commands);
                    break;
                default:
                    var typed = TerminalText.Clean(line);
                    screen.Line($"{typed} is no command, or lacks its FILE; these are:\n{Commands}", Look.Warning);
                    break;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            screen.Line(failure.Message, Look.Failure); // the conversation goes on
        }
    }

    private static async Task SaveAsync(string path, IConversationStore store, string id, CancellationToken cancellationToken)
    {
        ExportFormat? format = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" => ExportFormat.Events,
            ".ipynb" => ExportFormat.Ipynb,
            ".md" => ExportFormat.Md,
            ".html" => ExportFormat.Html,
            _ => null,
        };
        if (format is { } known)
        {
            await File.WriteAllTextAsync(path, await ConversationExport.WriteAsync(store, id, known, cancellationToken), cancellationToken);
            return;
        }

        await using var writer = File.CreateText(path);
        using var screen = Screen.Plain(writer, TimeProvider.System);
        await ShowCommand.PrintAsync(store, id, screen, cancellationToken);
    }
}
