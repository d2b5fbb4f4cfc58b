using System.CommandLine;
using CodeAct.Actions;
using CodeAct.Cli.Terminal;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Gguf;
using CodeAct.Models;
using Spectre.Console;

namespace CodeAct.Cli.Commands;

/// <summary><c>codeact models</c>: what is there; <c>codeact models export</c>: a checkpoint as a file that runs here.</summary>
internal static class ModelsCommand
{
    /// <summary>A folder of the user's own models.</summary>
    private const string DirectoryVariable = "CODEACT_MODELS";

    public static Command Create()
    {
        var server = new ServerChoice();
        var command = new TaughtCommand(
            "models",
            "List the models that are there, or export one.",
            """
            It lists the models shipped with CodeAct, those in ~/.cache/codeact/models and those in the folder that
            CODEACT_MODELS names; with --base-url or OPENAI_BASE_URL also those of that server. The default is marked with *.
            """)
        {
            CreateExport(),
        };
        var provider = new Option<string?>("--provider")
        {
            Description = "List what the server of this provider has, and nothing else.",
            HelpName = "NAME",
        };
        provider.AcceptOnlyFromAmong([.. ModelProvider.All.Select(one => one.Name)]);
        command.Options.Add(provider);
        server.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var screen = Screen.OfProcess(TimeProvider.System);
            var named = arguments.GetValue(provider);
            var served = ModelProvider.Find(named ?? ModelProvider.OpenAI.Name)!;
            var url = server.Read(arguments, served.Name) ?? (named is null ? null : served.Url);
            if (named is null)
            {
                PrintModels(screen);
                PrintProviders(screen);
            }

            if (url is not null)
            {
                await PrintServedAsync(screen, served, url, cancellationToken);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static TaughtCommand CreateExport()
    {
        var checkpoint = new Argument<string>("checkpoint")
        {
            Description = "A folder in the Hugging Face layout (config.json, model.safetensors, tokenizer.json), "
                + "as the trainer writes it.",
        };
        var outDirectory = new Option<string>("--out", "-o")
        {
            Description = "Where the files are put.",
            HelpName = "DIR",
            Required = true,
        };
        var types = new Option<string[]>("--type", "-t")
        {
            Description = "F32, F16 or Q8_0; may be repeated.",
            HelpName = "TYPE",
            DefaultValueFactory = _ => ["F16", "Q8_0"],
        };
        types.AcceptOnlyFromAmong("F32", "F16", "Q8_0");
        var command = new TaughtCommand(
            "export",
            "Write a checkpoint as GGUF files, which llama.cpp runs.",
            """
            Example:
              codeact models export checkpoints/best --out models/mine --type Q8_0
            """)
        {
            checkpoint, outDirectory, types,
        };
        command.SetAction((arguments, cancellationToken) => Task.Run(
            () => Export(
                arguments.GetValue(checkpoint)!,
                arguments.GetValue(outDirectory)!,
                arguments.GetValue(types)!,
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static int Export(
        string checkpoint, string outDirectory, IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        foreach (var type in types.Distinct())
        {
            var stored = type switch { "F32" => GgmlType.F32, "F16" => GgmlType.F16, _ => GgmlType.Q8 };
            var path = GgufExport.WriteInto(outDirectory, checkpoint, stored, cancellationToken);
            Console.WriteLine($"{path} ({Size(new FileInfo(path).Length)})");
        }

        return ExitCode.Done;
    }

    private static void PrintModels(Screen screen)
    {
        var (shipped, named) = Default();
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] directories =
        [
            shipped is null ? null : Path.GetDirectoryName(Path.GetDirectoryName(shipped)),
            Environment.GetEnvironmentVariable(DirectoryVariable),
            Path.Combine(home, ".cache", "codeact", "models"),
        ];
        var models = ModelCatalog.List(directories.OfType<string>()).ToArray();
        if (models.Length == 0)
        {
            screen.Line($"No models here: put .gguf files into {directories[^1]}, or set {DirectoryVariable} to a folder.");
        }

        foreach (var model in models)
        {
            var mark = model.Path == named ? "*" : " ";
            screen.Line($"{mark} {TerminalText.Clean(model.Name),-24} {Describe(model)}");
            screen.Line($"    gguf:{model.Path}", Color.Grey);
        }
    }

    private static async Task PrintServedAsync(Screen screen, ModelProvider provider, Uri url, CancellationToken cancellationToken)
    {
        var options = ChosenModel.Server(provider, "any", url) with { MaxRetries = 0, Timeout = TimeSpan.FromSeconds(10) };
        var models = await ServerModels.ListAsync(options, cancellationToken);
        screen.Line();
        screen.Line(models.Count == 0 ? $"{url} has no models." : $"At {url}:");
        foreach (var model in models)
        {
            screen.Line($"  {provider.Name}:{TerminalText.Clean(model.Id)}{Context(model.ContextTokens)}");
        }
    }

    private static string Context(int? tokens) => tokens is null ? "" : $", {tokens:N0} tokens of context";

    private static string Describe(CatalogModel model) => model.Problem is { } problem
        ? $"cannot be used: {problem}"
        : $"{model.Architecture}, {model.Parameters / 1e6:N1} M parameters, {model.Quantization}, {Size(model.Bytes)}"
            + Context(model.ContextTokens);

    private static void PrintProviders(Screen screen)
    {
        screen.Line();
        screen.Line("Use one with --model, or set CODEACT_MODEL:");
        screen.Line("  gguf:FILE              a model file, in this process");
        screen.Line("  cassette:FILE          a recording, made with --record");
        foreach (var provider in ModelProvider.All)
        {
            var url = Environment.GetEnvironmentVariable(provider.UrlVariable) is { Length: > 0 } set ? set : provider.Url.ToString();
            var key = string.IsNullOrEmpty(Environment.GetEnvironmentVariable(provider.KeyVariable)) ? "not set" : "set";
            screen.Line($"  {provider.Name + ":NAME",-22} {provider.Title}");
            var where = $"--base-url or {provider.UrlVariable} ({TerminalText.Clean(url)})";
            screen.Line($"      {where}; {provider.KeyVariable} ({key})", Color.Grey);
        }
    }

    /// <summary>The shipped model's file, if there is one, and the file of the default model, if that is a file.</summary>
    private static (string? Shipped, string? Default) Default()
    {
        string? shipped = null;
        try
        {
            shipped = ChosenModel.Default().Id;
        }
        catch (FileNotFoundException)
        {
            // A build without the shipped model has no default.
        }

        return Environment.GetEnvironmentVariable("CODEACT_MODEL") is { Length: > 0 } named
            ? (shipped, ChosenModel.Named(named) is { Provider: LlamaModels.Provider } file ? Path.GetFullPath(file.Id) : null)
            : (shipped, shipped);
    }

    private static string Size(long bytes) => bytes < 1 << 30 ? $"{bytes / 1048576.0:N1} MB" : $"{bytes / 1073741824.0:N1} GB";
}
