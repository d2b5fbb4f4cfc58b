using System.Globalization;
using System.Text.Json;
using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>One run: the data it reads, the folder it writes and the loop between them.</summary>
internal sealed class Trainer
{
    private static readonly TimeSpan _reportEvery = TimeSpan.FromSeconds(10);

    private readonly Recipe _recipe;
    private readonly string _output;
    private readonly TimeProvider _clock;
    private readonly TextWriter _report;
    private readonly PreparedData _data;
    private readonly LlamaModel _model;
    private readonly Workers _workers;
    private readonly AdamW _optimizer;
    private readonly BatchStream _task;
    private readonly BatchStream _copy;
    private readonly RunLog _log;
    private TrainingState _state = TrainingState.Start;

    public Trainer(Recipe recipe, PreparedData data, string output, Compute compute, TextWriter report, TimeProvider clock)
    {
        data.Check(recipe);
        (_recipe, _data, _output, _report, _clock) = (recipe, data, output, report, clock);
        _model = new LlamaModel(recipe.Model, compute.Device, recipe.Precision);
        _workers = new Workers(_model, compute.Threads);
        _optimizer = new AdamW(_model, recipe);
        _task = new BatchStream(data.Train, recipe.BatchTokens, recipe.Seed);
        _copy = new BatchStream(data.Copy, recipe.BatchTokens, recipe.Seed + 1);
        Directory.CreateDirectory(output);
        if (Checkpoint.Exists(output))
        {
            _state = Checkpoint.Load(output, _model, _optimizer);
            (_task.Position, _copy.Position) = (_state.Task, _state.Copy);
            report.WriteLine($"Resumed {output} after step {_state.Step}.");
        }
        else
        {
            _model.Initialize(manual_seed(recipe.Seed));
        }
        _log = new RunLog(output, _state.Step);
    }

    /// <summary>Trains until the recipe's end, or until stopped; either way the last checkpoint is of the last step.</summary>
    /// <returns>Whether the end was reached.</returns>
    public bool Run(CancellationToken stop)
    {
        Introduce();
        var (start, before) = (_clock.GetTimestamp(), _state.Seconds);
        var (reported, saved) = (new StepMeans(_state), _state);
        while (Progress() < 1 && !stop.IsCancellationRequested)
        {
            var result = Step();
            _state = _state with { Seconds = before + _clock.GetElapsedTime(start).TotalSeconds };
            reported.Add(result);
            if (_state.Seconds - reported.Since.Seconds >= _reportEvery.TotalSeconds)
            {
                Report(reported);
                reported = new StepMeans(_state);
            }
            if (SaveIsDue(saved))
            {
                Save();
                saved = _state;
            }
        }
        if (reported.Any)
        {
            Report(reported);
        }
        Save();
        return Progress() >= 1;
    }

    private double Progress() =>
        _recipe.Steps is { } steps ? _state.Step / (double)steps : _state.Seconds / 60 / _recipe.Minutes!.Value;

    private StepResult Step()
    {
        using var scope = NewDisposeScope();
        var progress = Progress();
        var copies = Draws.Of(_recipe.Seed, _state.Step).NextDouble() < Schedule.CopyShare(_recipe, progress);
        var stream = copies ? _copy : _task;
        var batches = Enumerable.Range(0, _recipe.MicroBatches).Select(_ => stream.Next()).ToArray();
        var (loss, gradient) = _workers.Backward(batches);
        var rate = Schedule.LearningRate(_recipe, progress);
        var length = _optimizer.Step(gradient, _state.Step + 1, rate);
        _state = _state with
        {
            Step = _state.Step + 1,
            Tokens = _state.Tokens + batches.Sum(batch => batch.Tokens.LongLength),
            Task = _task.Position,
            Copy = _copy.Position,
        };
        return double.IsFinite(loss) && double.IsFinite(length)
            ? new StepResult(copies, loss, length, rate)
            : throw new InvalidOperationException(
                $"Step {_state.Step} gave loss {loss} and gradient {length}; start again with a lower learningRate than {_recipe.LearningRate}.");
    }

    private bool SaveIsDue(TrainingState saved) =>
        _recipe.SaveEverySteps is { } steps
            ? _state.Step - saved.Step >= steps
            : _state.Seconds - saved.Seconds >= _recipe.SaveEveryMinutes * 60;

    private void Save()
    {
        var evaluation = Evaluation.Of(_model, _data.Held, _recipe, _workers);
        _log.Add(new LogEntry(_state.Step, _state.Seconds, _state.Tokens) { HeldLoss = evaluation.Loss, HeldAccuracy = evaluation.Accuracy });
        Checkpoint.Save(_output, _state, _model, _optimizer);
        _data.Export(_model, Path.Combine(_output, "model"));
        LossCurve.Draw(_log.Entries, Path.Combine(_output, "loss.png"));
        var worst = evaluation.Exact.OrderBy(family => family.Value.Exact / (double)family.Value.Of)
            .Select(family => $"{_data.Families[family.Key]} {family.Value.Exact}/{family.Value.Of}");
        _report.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"step {_state.Step,6}  held-out loss {evaluation.Loss:F4}  tokens {evaluation.Accuracy:P2}  conversations {evaluation.ExactShare:P1}: ")
            + string.Join(", ", worst));
    }

    private void Introduce()
    {
        var shape = _recipe.Model;
        var train = _data.Train;
        var share = train.LearnedCount / (double)train.TokenCount;
        _report.WriteLine($"{shape.WeightCount:N0} weights; {train.Count:N0} conversations of {train.TokenCount / train.Count} tokens, "
            + $"{share:P0} learned; {_data.Copy.Count:N0} copy tasks; {_data.Held.Count:N0} held out; {_model.Device}, "
            + $"{_recipe.Precision} products, {_workers.Count} threads.");
    }

    private void Report(StepMeans means)
    {
        var seconds = _state.Seconds - means.Since.Seconds;
        var speed = (_state.Tokens - means.Since.Tokens) / seconds;
        var left = TimeSpan.FromSeconds(_state.Seconds / Math.Max(1e-9, Progress()) * Math.Max(0, 1 - Progress()));
        _log.Add(new LogEntry(_state.Step, _state.Seconds, _state.Tokens) { Loss = means.Task, CopyLoss = means.Copied, Rate = means.Rate });
        _report.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"step {_state.Step,6}  {Progress(),4:P0}  loss {means.Task:F4}  copy {means.Copied:F4}  gradient {means.Gradient:F2}  ")
            + string.Create(CultureInfo.InvariantCulture, $"rate {means.Rate:E1}  {speed:N0} tokens/s  {left:hh\\:mm\\:ss} left"));
    }
}

/// <summary>What one step gave, on a task or on copying.</summary>
internal sealed record StepResult(bool Copied, double Loss, double Gradient, double Rate);

/// <summary>Means over the steps since a state.</summary>
internal sealed class StepMeans(TrainingState since)
{
    private readonly List<StepResult> _steps = [];

    public TrainingState Since => since;

    public bool Any => _steps.Count > 0;

    public double Task => Mean(_steps.Where(step => !step.Copied).Select(step => step.Loss));

    public double Copied => Mean(_steps.Where(step => step.Copied).Select(step => step.Loss));

    public double Gradient => Mean(_steps.Select(step => step.Gradient));

    public double Rate => _steps[^1].Rate;

    public void Add(StepResult step) => _steps.Add(step);

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();
}

/// <summary>A line of <c>log.jsonl</c>; what was not measured there is null.</summary>
internal sealed record LogEntry(int Step, double Seconds, long Tokens)
{
    public double? Loss { get; init => field = Finite(value); }

    public double? CopyLoss { get; init => field = Finite(value); }

    public double? Rate { get; init; }

    public double? HeldLoss { get; init; }

    public double? HeldAccuracy { get; init; }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}

/// <summary>The figures of a run, one JSON line each; lines after the step that is resumed are dropped.</summary>
internal sealed class RunLog
{
    private readonly string _path;
    private readonly List<LogEntry> _entries = [];

    public RunLog(string directory, int step)
    {
        _path = Path.Combine(directory, "log.jsonl");
        if (step > 0 && File.Exists(_path))
        {
            _entries.AddRange(File.ReadLines(_path).Select(line => JsonSerializer.Deserialize<LogEntry>(line)!).Where(e => e.Step <= step));
        }
        File.WriteAllLines(_path, _entries.Select(entry => JsonSerializer.Serialize(entry)));
    }

    public IReadOnlyList<LogEntry> Entries => _entries;

    public void Add(LogEntry entry)
    {
        _entries.Add(entry);
        File.AppendAllLines(_path, [JsonSerializer.Serialize(entry)]);
    }
}
