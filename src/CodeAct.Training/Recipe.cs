using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodeAct.Training;

/// <summary>All that decides how a run goes, from <c>recipes/*.json</c>: the same recipe and data give the same run.</summary>
internal sealed record Recipe
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required LlamaShape Model { get; init; }

    /// <summary>The number type of matrix products; weights, sums and optimizer state are always float32.</summary>
    public Precision Precision { get; init; } = Precision.BFloat16;

    /// <summary>Most tokens, padding included, that go through the model at once in one worker.</summary>
    public int BatchTokens { get; init; } = 1024;

    /// <summary>Batches of a step; a multiple of the workers keeps them all at work.</summary>
    public int MicroBatches { get; init; } = 2;

    /// <summary>Length of the run in steps; null when <see cref="Minutes"/> says it.</summary>
    public int? Steps { get; init; }

    /// <summary>Length of the run in minutes of training time; null when <see cref="Steps"/> says it.</summary>
    public double? Minutes { get; init; }

    /// <summary>Highest learning rate, reached at the end of the warm-up.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Part of <see cref="LearningRate"/> that is left at the end.</summary>
    public double FinalRate { get; init; } = 0.05;

    /// <summary>Part of the run in which the learning rate rises from zero.</summary>
    public double WarmUp { get; init; } = 0.02;

    /// <summary>Pulls matrices, not norms, towards zero; per step it is multiplied by the learning rate.</summary>
    public double WeightDecay { get; init; } = 0.1;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.98;

    /// <summary>Greatest length of the gradient; a longer one is shortened to it.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Part of the steps that train on copying, at the start of the run.</summary>
    public double CopyAtStart { get; init; } = 0.5;

    /// <summary>The same at the end of the run.</summary>
    public double CopyAtEnd { get; init; } = 0.05;

    /// <summary>Part of the run in which the one goes over into the other.</summary>
    public double CopyDecay { get; init; } = 0.5;

    /// <summary>Minutes of training time between two checkpoints, each with an evaluation before it.</summary>
    public double SaveEveryMinutes { get; init; } = 5;

    /// <summary>Steps between two checkpoints, in place of <see cref="SaveEveryMinutes"/>.</summary>
    public int? SaveEverySteps { get; init; }

    /// <summary>Most held-out tokens that one evaluation reads.</summary>
    public int EvaluationTokens { get; init; } = 60_000;

    public int Seed { get; init; } = 1;

    public static Recipe Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Recipe>(File.ReadAllText(path), _json)!.Check();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a recipe: {e.Message}", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, _json);

    /// <summary>Says what cannot work before any time is spent on it.</summary>
    /// <exception cref="InvalidDataException">A value is out of its range, or two do not fit together.</exception>
    public Recipe Check()
    {
        var m = Model;
        Require(m is { Vocabulary: > 0 and < TokenShard.Learned, Width: > 0, Layers: > 0, Inner: > 0, Context: > 1 },
            $"the model's sizes must be positive and its vocabulary below {TokenShard.Learned}: {m}");
        Require(m.Heads > 0 && m.Width % m.Heads == 0 && m.HeadWidth % 2 == 0,
            $"width {m.Width} must split into {m.Heads} heads of an even width");
        Require(m.KeyHeads > 0 && m.Heads % m.KeyHeads == 0, $"{m.Heads} heads must share {m.KeyHeads} key heads evenly");
        Require(BatchTokens >= m.Context, $"batchTokens {BatchTokens} must hold one sequence of context {m.Context}");
        Require(MicroBatches > 0, "microBatches must be at least 1");
        Require((Steps is null) != (Minutes is null), "exactly one of steps and minutes must be given");
        Require(Steps is null or > 0 && Minutes is null or > 0, "steps or minutes must be positive");
        Require(WarmUp is >= 0 and < 1 && CopyDecay is > 0 and <= 1, "warmUp and copyDecay are parts of the run");
        Require(CopyAtStart is >= 0 and <= 1 && CopyAtEnd is >= 0 and <= 1, "copyAtStart and copyAtEnd are parts of the steps");
        Require(LearningRate > 0 && Clip > 0, "learningRate and clip must be positive");
        Require(FinalRate is >= 0 and <= 1, "finalRate is a part of the learningRate, between 0 and 1");
        return this;
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidDataException($"The recipe cannot be run: {rule}.");
        }
    }
}

internal enum Precision
{
    Float32,
    BFloat16,
}

/// <summary>What changes while a run goes on, as functions of its progress from 0 to 1.</summary>
internal static class Schedule
{
    /// <summary>Linear warm-up, then half a cosine down to the final rate.</summary>
    public static double LearningRate(Recipe recipe, double progress)
    {
        if (progress < recipe.WarmUp)
        {
            return recipe.LearningRate * progress / recipe.WarmUp;
        }
        var rest = Math.Min(1, (progress - recipe.WarmUp) / (1 - recipe.WarmUp));
        var height = (1 + Math.Cos(Math.PI * rest)) / 2;
        return recipe.LearningRate * (recipe.FinalRate + (1 - recipe.FinalRate) * height);
    }

    /// <summary>Part of the steps that train on copying.</summary>
    public static double CopyShare(Recipe recipe, double progress) =>
        double.Lerp(recipe.CopyAtStart, recipe.CopyAtEnd, Math.Min(1, progress / recipe.CopyDecay));
}
