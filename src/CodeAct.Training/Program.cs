using System.CommandLine;
using CodeAct.Llama;
using CodeAct.Llama.Checkpoints;
using CodeAct.Training;
using TorchSharp;

var recipe = new Option<FileInfo>("--recipe") { Description = "The recipe, a JSON file.", Required = true };
var data = new Option<DirectoryInfo>("--data") { Description = "A folder written by prepare.", Required = true };
var output = new Option<DirectoryInfo>("--out") { Description = "The folder to write.", Required = true };
var threads = new Option<int>("--threads")
{
    Description = "Processor cores to use.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};

var sources = new Option<FileInfo[]>("--data")
{
    Description = "Files of conversations, one JSON object a line.",
    Required = true,
    AllowMultipleArgumentsPerToken = true,
};
var vocabulary = new Option<int>("--vocab") { Description = "Tokens to learn.", DefaultValueFactory = _ => 2048 };
var known = new Option<DirectoryInfo?>("--vocab-of")
{
    Description = "A folder written by prepare, or a checkpoint, whose vocabulary is to be used: for a run that goes on with other data.",
};
var context = new Option<int>("--context") { Description = "Longest conversation in tokens.", DefaultValueFactory = _ => 1024 };
var copies = new Option<int>("--copies") { Description = "Copy tasks to make.", DefaultValueFactory = _ => 40_000 };
var prepare = new Command("prepare", "Learn a vocabulary and turn conversations into token shards.")
{
    sources, output, vocabulary, known, context, copies,
};
prepare.SetAction(given =>
{
    var files = given.GetRequiredValue(sources).Select(file => file.FullName);
    new Preparation(given.GetValue(vocabulary), given.GetValue(known)?.FullName, given.GetValue(context), given.GetValue(copies), Seed: 1)
        .Write(files, given.GetRequiredValue(output).FullName, Console.Out);
});

var minutes = new Option<double?>("--minutes") { Description = "Length of the run, in place of the recipe's." };
var from = new Option<DirectoryInfo?>("--from")
{
    Description = "A Hugging Face checkpoint whose weights a new run starts with, in place of random ones.",
};
var run = new Command("run", "Train, or go on with a run that was stopped or killed.")
{
    recipe, data, output, from, minutes, threads,
};
run.SetAction((given, cancellationToken) =>
{
    var compute = Start(given.GetValue(threads));
    var read = Recipe.Load(given.GetRequiredValue(recipe).FullName);
    read = given.GetValue(minutes) is { } limit ? (read with { Minutes = limit, Steps = null }).Check() : read;
    var prepared = PreparedData.Load(given.GetRequiredValue(data).FullName);
    var trainer = new Trainer(read, prepared, given.GetRequiredValue(output).FullName, given.GetValue(from)?.FullName, compute,
        Console.Out, TimeProvider.System);
    return Task.Run(() => trainer.Run(cancellationToken) ? 0 : 130, CancellationToken.None);
});

var checkpoint = new Option<DirectoryInfo>("--checkpoint") { Description = "A Hugging Face checkpoint.", Required = true };
var prompt = new Option<int[]>("--prompt-tokens")
{
    Description = "Token ids of the prompt.",
    Required = true,
    AllowMultipleArgumentsPerToken = true,
};
var count = new Option<int>("--tokens") { Description = "Tokens to write.", DefaultValueFactory = _ => 32 };
var greedy = new Command("greedy", "Write on from a prompt, the most likely token each time, and print the token ids.")
{
    checkpoint, prompt, count,
};
greedy.SetAction(given =>
{
    var compute = Start(Environment.ProcessorCount);
    using var opened = HfCheckpoint.Open(given.GetRequiredValue(checkpoint).FullName);
    var model = HuggingFace.Load(opened, compute.Device, Precision.Float32);
    Console.WriteLine(string.Join(' ', Greedy.Continue(model, given.GetRequiredValue(prompt), given.GetValue(count))));
});

var length = new Option<int>("--length") { Description = "Tokens of a sequence.", DefaultValueFactory = _ => 512 };
var steps = new Option<int>("--steps") { Description = "Steps to measure.", DefaultValueFactory = _ => 20 };
var bench = new Command("bench", "Measure how fast the recipe's model trains here.") { recipe, length, steps, threads };
bench.SetAction(given =>
{
    var compute = Start(given.GetValue(threads));
    var read = Recipe.Load(given.GetRequiredValue(recipe).FullName);
    Bench.Run(read, given.GetValue(length), given.GetValue(steps), compute, Console.Out);
});

var root = new RootCommand("Trains small Llama models on conversations.") { prepare, run, greedy, bench };
var settings = new InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,
    ProcessTerminationTimeout = TimeSpan.FromMinutes(5), // for the checkpoint that a stopped run writes
};
try
{
    return await root.Parse(args).InvokeAsync(settings, CancellationToken.None);
}
catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException
    or ModelFileException or LlamaLibraryException)
{
    Console.Error.WriteLine($"codeact-train: {e.Message}");
    return 1;
}

static Compute Start(int threads)
{
    TorchLibrary.Load();
    torch.set_num_threads(threads);
    return torch.cuda.is_available() ? new Compute(torch.CUDA, 1) : new Compute(torch.CPU, threads);
}
