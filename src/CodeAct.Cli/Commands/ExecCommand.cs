using System.CommandLine;
using System.Text.Json;
using CodeAct.Cli.Terminal;
using CodeAct.Python;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact exec</c>: Python in one session, without a model.</summary>
internal static class ExecCommand
{
    private static readonly TimeSpan _installTime = TimeSpan.FromMinutes(5);

    public static Command Create(Interrupts interrupts)
    {
        var programs = new Argument<string[]>("program")
        {
            Description = "Files that run one after the other as cells of one session; '-' is standard input.",
            DefaultValueFactory = _ => [],
        };
        programs.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value is ['-', _, ..]) is { } option)
            {
                result.AddError($"There is no option '{option.Value}'.");
            }
        });
        var packages = Packages();
        var flags = new SessionFlags(new Cell("").Timeout);
        var command = new TaughtCommand(
            "exec",
            "Run Python in a session, as the agent's code runs: from files, from standard input, or line by line at a terminal.",
            """
            A session has a working directory of its own: bring files in with --file; what appears there is copied to --out.
            It stops at the first cell that does not end well.
            Exit code: 0 done, 1 a cell raised, 2 a limit ended a cell or the session died, 130 interrupted.

            Examples:
              codeact exec load.py report.py --file data.csv
              echo "import sys; sys.version" | codeact exec
              codeact exec --timeout 5 loop.py
              codeact exec --with 'tabulate>=0.9' --packages ./wheels table.py
              codeact exec
            """)
        {
            programs,
            packages,
        };
        flags.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var settings = flags.Read(arguments);
            await using var engine = await PythonEngine.StartAsync(settings.Engine, cancellationToken);
            await using var session = await settings.StartAsync(engine, cancellationToken);
            using var screen = Screen.OfProcess(TimeProvider.System);
            using var ctrlC = interrupts.GoTo(again =>
            {
                session.Interrupt();
                return !again;
            });
            var runner = new CellRunner(session, settings, screen);
            if (arguments.GetValue(packages) is [_, ..] wanted
                && await runner.InstallAsync(wanted, cancellationToken) is var code and not ExitCode.Done)
            {
                return code;
            }

            var names = arguments.GetValue(programs)!;
            return names.Length > 0 ? await RunFilesAsync(runner, names, cancellationToken)
                : Prompt.HasPerson ? await TalkAsync(runner, screen, engine.PythonVersion, cancellationToken)
                : await RunFilesAsync(runner, ["-"], cancellationToken);
        });
        return command;
    }

    private static Option<string[]> Packages()
    {
        var packages = new Option<string[]>("--with")
        {
            Description = "A package to install into the session first, as pip names it; it comes from where --packages says. "
                + "May be repeated.",
            HelpName = "PACKAGE",
            DefaultValueFactory = _ => [],
        };
        packages.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value is "" or ['-', ..]) is { } wrong)
            {
                result.AddError($"--with takes the name of a package, not '{wrong.Value}'.");
            }
        });
        return packages;
    }

    private static async Task<int> RunFilesAsync(CellRunner runner, string[] names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            var code = name == "-"
                ? await Console.In.ReadToEndAsync(cancellationToken)
                : await File.ReadAllTextAsync(name, cancellationToken);
            if (CodeOf(await runner.RunAsync(code, cancellationToken)) is var exit and not ExitCode.Done)
            {
                return exit;
            }
        }

        return ExitCode.Done;
    }

    private static int CodeOf(CellEnded ended) => ended.Status switch
    {
        CellStatus.Ok => ExitCode.Done,
        CellStatus.Raised => ExitCode.Error,
        CellStatus.Interrupted => ExitCode.Interrupted,
        _ => ExitCode.Limit,
    };

    private static async Task<int> TalkAsync(
        CellRunner runner, Screen screen, string version, CancellationToken cancellationToken)
    {
        screen.Line($"Python {version} in a session of CodeAct. Ctrl-D leaves.", Look.Faint);
        var prompt = new Prompt(screen, StateFiles.History("exec"));
        while (true)
        {
            var code = await prompt.AskAsync(">>> ", cancellationToken);
            if (code is null or "exit" or "quit" or "exit()" or "quit()")
            {
                return ExitCode.Done;
            }

            while (!PythonLexer.IsComplete(code) && await prompt.AskAsync("... ", cancellationToken) is { } more)
            {
                code += "\n" + more;
            }

            if (!string.IsNullOrWhiteSpace(code))
            {
                await runner.RunAsync(code, cancellationToken);
            }
        }
    }

    /// <summary>Runs cells and passes on what they show: output as it is, errors and notes to standard error.</summary>
    private sealed class CellRunner(IPythonSession session, SessionSettings settings, Screen screen)
    {
        private readonly OutputFiles _output = new(settings.OutDirectory);

        public async Task<CellEnded> RunAsync(string code, CancellationToken cancellationToken)
        {
            CellEnded? end = null;
            await foreach (var shown in session.RunAsync(new Cell(code) { Timeout = settings.CellTimeout }, cancellationToken))
            {
                Pass(shown);
                end = shown as CellEnded ?? end;
                foreach (var path in _output.Take(shown, session.Workspace))
                {
                    Note($"saved {path}");
                }
            }

            return end ?? throw new System.Diagnostics.UnreachableException("A cell ended without its end.");
        }

        /// <summary>Installs packages into the session; what pip says goes to standard error, with the notes.</summary>
        public async Task<int> InstallAsync(string[] packages, CancellationToken cancellationToken)
        {
            var arguments = string.Join(' ', packages.Select(package => $"'{package.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
            var cell = new Cell($"get_ipython().packages.pip({JsonSerializer.Serialize("install " + arguments)})")
            {
                Timeout = _installTime,
            };
            CellEnded? end = null;
            await foreach (var shown in session.RunAsync(cell, cancellationToken))
            {
                Pass(shown is StreamText text ? text with { Stream = StreamName.Stderr } : shown);
                end = shown as CellEnded ?? end;
            }

            return CodeOf(end!);
        }

        private void Pass(CellEvent shown)
        {
            switch (shown)
            {
                case StreamText(StreamName.Stdout, var text, _):
                    Write(text);
                    break;
                case StreamText(_, var text, _):
                    Console.Error.Write(text);
                    break;
                case DisplayData(var data):
                    ShowData(data);
                    break;
                case ExecuteResult(var data):
                    ShowData(data);
                    break;
                case PythonError error:
                    Note(error.Traceback);
                    break;
                case InterpreterRestarted(var reason):
                    Note($"A fresh interpreter; earlier variables are gone: {reason}");
                    break;
                case CellEnded { Reason: { } reason }:
                    Note(reason);
                    break;
            }
        }

        private void ShowData(MimeBundle data)
        {
            if (!CellPrinter.IsPicture(data))
            {
                Write(data.PlainText + "\n");
            }
        }

        // A pipe gets what the cell wrote, byte for byte; on a terminal the prompt has to know where the cursor stands.
        private void Write(string text)
        {
            if (screen.IsTerminal)
            {
                screen.Write(text);
            }
            else
            {
                Console.Out.Write(text);
            }
        }

        private void Note(string text)
        {
            screen.EndLine();
            Console.Out.Flush();
            Console.Error.WriteLine(text);
        }
    }
}
