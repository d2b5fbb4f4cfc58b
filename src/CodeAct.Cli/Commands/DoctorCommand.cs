using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using CodeAct.Actions;
using CodeAct.Cli.Terminal;
using CodeAct.Models;
using CodeAct.Python;
using Microsoft.Extensions.AI;
using Spectre.Console;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact doctor</c>: what works on this machine, found out by trying it.</summary>
internal static class DoctorCommand
{
    private const int TokensToTime = 64;

    private enum Health
    {
        Good,
        Weak,
        Bad,
    }

    public static Command Create()
    {
        var model = new ModelChoice();
        var noModel = new Option<bool>("--no-model") { Description = "Leave out the model and what it needs." };
        var command = new TaughtCommand(
            "doctor",
            "Say what is installed, what the sandbox enforces here, and how fast interpreter and model are.",
            """
            Each line is something that was tried. In the lines of the sandbox stand the things that a session must not be able
            to do, and that were tried from inside one. A line with ! is missed on this machine, and not needed.
            Exit code: 0 all that is needed works, 1 something does not.

            Examples:
              codeact doctor
              codeact doctor --no-model
              codeact doctor --model openai:qwen3:8b --base-url http://localhost:11434/v1
            """)
        {
            noModel,
        };
        model.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var screen = Screen.OfProcess(TimeProvider.System);
            var worst = Health.Good;
            screen.Status(() => "trying");
            await foreach (var finding in ExamineAsync(
                arguments.GetValue(noModel) ? null : () => model.Read(arguments, null), cancellationToken))
            {
                Print(finding, screen);
                worst = finding.Health > worst ? finding.Health : worst;
            }

            return worst is Health.Bad ? ExitCode.Error : ExitCode.Done;
        });
        return command;
    }

    private static void Print(Finding finding, Screen screen)
    {
        var (mark, look) = finding.Health switch
        {
            Health.Good => ("✓", Look.Good),
            Health.Weak => ("!", Look.Warning),
            _ => ("✗", Look.Failure),
        };
        screen.Write($"{mark} ", look);
        screen.Write($"{finding.Subject,-12}", new Style(decoration: Decoration.Bold));
        screen.Write(TerminalText.Clean(finding.Text));
        screen.EndLine();
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        Func<ChosenModel>? choose, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var finding in await PythonAsync(cancellationToken))
        {
            yield return finding;
        }

        if (choose is not null)
        {
            yield return await ModelAsync(choose, cancellationToken);
            yield return await ProgramAsync("npm", "brings the llama.cpp library when it is not here yet", cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<Finding>> PythonAsync(CancellationToken cancellationToken)
    {
        var options = new PythonEngineOptions { PoolSize = 0 };
        try
        {
            var watch = Stopwatch.StartNew();
            await using var engine = await PythonEngine.StartAsync(options, cancellationToken);
            var start = watch.Elapsed;
            watch.Restart();
            await using var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
            await OutputAsync(session, "1 + 1", cancellationToken);
            var first = watch.Elapsed;
            watch.Restart();
            await OutputAsync(session, "1 + 1", cancellationToken);
            var speed = $"ready in {start.TotalSeconds:0.0} s, a session's first result after {first.TotalMilliseconds:0.0} ms, "
                + $"the next after {watch.Elapsed.TotalMilliseconds:0.0} ms";
            return
            [
                new Finding(Health.Good, "python", $"{engine.PythonVersion} ({options.Python}), {speed}"),
                await LibrariesAsync(engine, session, cancellationToken),
                .. Sandbox(engine.Sandbox),
            ];
        }
        catch (PythonUnavailableException failure)
        {
            return [new Finding(Health.Bad, "python", failure.Message)];
        }
    }

    private static async Task<Finding> LibrariesAsync(
        PythonEngine engine, IPythonSession session, CancellationToken cancellationToken)
    {
        await using var program = typeof(DoctorCommand).Assembly.GetManifestResourceStream(typeof(DoctorCommand), "versions.py")
            ?? throw new UnreachableException("versions.py is not in this build.");
        using var reader = new StreamReader(program);
        var json = await OutputAsync(session, await reader.ReadToEndAsync(cancellationToken), cancellationToken);
        var versions = JsonSerializer.Deserialize(json, DoctorJson.Default.DictionaryStringString) ?? [];
        var absent = string.Join(", ", engine.MissingModules.Keys);
        var missing = absent.Length == 0 ? "" : $"; cannot be imported: {absent}";
        return new Finding(
            missing.Length == 0 ? Health.Good : Health.Bad,
            "libraries",
            string.Join(", ", versions.Select(library => $"{library.Key} {library.Value ?? "missing"}")) + missing);
    }

    private static IEnumerable<Finding> Sandbox(SandboxReport report) =>
        report.Layers.Select(layer => new Finding(
            layer.Enforced ? Health.Good : Health.Weak,
            "sandbox",
            $"{layer.Name}: {(layer.Enforced ? "" : "NOT enforced, ")}{layer.How}"));

    private static async Task<Finding> ModelAsync(Func<ChosenModel> choose, CancellationToken cancellationToken)
    {
        try
        {
            var chosen = choose();
            var watch = Stopwatch.StartNew();
            using var model = await chosen.LoadAsync(cancellationToken);
            var load = watch.Elapsed;
            watch.Restart();
            var (tokens, first) = (0, TimeSpan.Zero);
            var options = new ChatOptions { MaxOutputTokens = TokensToTime, Temperature = chosen.AgentTemperature };
            var updates = model.Client.GetStreamingResponseAsync("Count from 1 to 100.", options, cancellationToken);
            await foreach (var update in updates.WithCancellation(cancellationToken))
            {
                first = tokens == 0 ? watch.Elapsed : first;
                tokens += update.Text.Length > 0 ? 1 : 0;
            }

            var seconds = (watch.Elapsed - first).TotalSeconds;
            var rate = tokens > 1 ? $"{(tokens - 1) / seconds:0} tokens/s" : "too short a reply to time";
            return new Finding(
                Health.Good,
                "model",
                $"{model.Name}{(chosen.IsDefault ? " (the default)" : "")}, loaded in {load.TotalSeconds:0.0} s, {rate}"
                + (model.ContextTokens is { } context ? $", {context} tokens of context" : ""));
        }
        catch (Exception failure) when (failure is ModelException or IOException or FormatException
            or Llama.LlamaLibraryException or Llama.ModelFileException)
        {
            return new Finding(Health.Bad, "model", failure.Message);
        }
    }

    private static async Task<Finding> ProgramAsync(string name, string purpose, CancellationToken cancellationToken)
    {
        try
        {
            var start = new ProcessStartInfo(name, "--version") { RedirectStandardOutput = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            var version = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new Finding(Health.Good, name, $"{version.Trim()}, {purpose}");
        }
        catch (Win32Exception)
        {
            return new Finding(Health.Weak, name, $"not installed; it {purpose}");
        }
    }

    private static async Task<string> OutputAsync(IPythonSession session, string code, CancellationToken cancellationToken) =>
        string.Concat(await session.RunAsync(new Cell(code), cancellationToken)
            .OfType<StreamText>().Select(shown => shown.Text).ToListAsync(cancellationToken));

    private sealed record Finding(Health Health, string Subject, string Text);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class DoctorJson : System.Text.Json.Serialization.JsonSerializerContext;
