using CodeAct.Llama.Checkpoints;
using static TorchSharp.torch;

namespace CodeAct.Training;

/// <summary>One run: the data it reads, the folder it writes and the loop between them.</summary>
internal sealed class Trainer
{
    private static readonly TimeSpan _reportEvery = TimeSpan.FromSeconds(10);

    private readonly Recipe _recipe;
    private readonly PreparedData _data;
    private readonly string _output;
    private readonly TextWriter _report;
    private readonly TimeProvider _clock;
    private readonly LlamaModel _model;
    private readonly Workers _workers;
    private readonly AdamW _optimizer;
    private readonly BatchStream _task;
    private readonly BatchStream _copy;
    private readonly RunLog _log;
    private TrainingState _state = TrainingState.Start;

    /// <param name="recipe">Model, optimizer and schedule.</param>
    /// <param name="data">What is read.</param>
    /// <param name="output">The folder that is written; a run that it holds goes on.</param>
    /// <param name="from">A Hugging Face checkpoint whose weights a new run starts with; null for random ones.</param>
    /// <param name="compute">Where it runs.</param>
    /// <param name="report">Gets the progress.</param>
    /// <param name="clock">Measures the run.</param>
    public Trainer(
        Recipe recipe, PreparedData data, string output, string? from, Compute compute, TextWriter report, TimeProvider clock)
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
        else if (from is not null)
        {
            using var checkpoint = HfCheckpoint.Open(from);
            data.Check(checkpoint);
            HuggingFace.Read(checkpoint, _model);
            report.WriteLine($"Starts with the weights of {from}.");
        }
        else
        {
            Initialization.Draw(_model, manual_seed(recipe.Seed));
        }
        _log = new RunLog(output, _state.Step);
    }

    // The schedule's clock: from 0 to 1 over the run, by steps or by minutes as the recipe says.
    private double Progress =>
        _recipe.Steps is { } steps ? _state.Step / (double)steps : _state.Seconds / 60 / _recipe.Minutes!.Value;

    /// <summary>Trains until the recipe's end, or until stopped; either way the last checkpoint is of the last step.</summary>
    /// <returns>Whether the end was reached.</returns>
    public bool Run(CancellationToken stop)
    {
        Introduce();
        var (start, before) = (_clock.GetTimestamp(), _state.Seconds);
        var (recent, saved) = (new StepMeans(_state), _state);
        while (Progress < 1 && !stop.IsCancellationRequested)
        {
            recent.Add(Step());
            _state = _state with { Seconds = before + _clock.GetElapsedTime(start).TotalSeconds };
            if (_state.Seconds - recent.Since.Seconds >= _reportEvery.TotalSeconds)
            {
                Report(recent);
                recent = new StepMeans(_state);
                TorchLibrary.ReturnMemory();
            }
            if (SaveIsDue(saved))
            {
                Save();
                saved = _state;
            }
        }
        if (recent.Any)
        {
            Report(recent);
        }
        if (saved.Step < _state.Step)
        {
            Save();
        }
        return Progress >= 1;
    }

    private StepResult Step()
    {
        using var scope = NewDisposeScope();
        var rate = Schedule.LearningRate(_recipe, Progress);
        var copies = Draws.Of(_recipe.Seed, _state.Step).NextDouble() < Schedule.CopyShare(_recipe, Progress);
        var stream = copies ? _copy : _task;
        Batch[] batches = [.. Enumerable.Range(0, _recipe.MicroBatches).Select(_ => stream.Next())];
        var (loss, gradient) = _workers.Backward(batches);
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
                $"Step {_state.Step} gave loss {loss}, gradient {length}: use a learningRate below {_recipe.LearningRate}.");
    }

    private bool SaveIsDue(TrainingState saved) =>
        _recipe.SaveEverySteps is { } steps
            ? _state.Step - saved.Step >= steps
            : _state.Seconds - saved.Seconds >= _recipe.SaveEveryMinutes * 60;

    private void Save()
    {
        Checkpoint.Save(_output, _state, _model, _optimizer);
        HuggingFace.Save(_model, _data.Profile, _data.Vocabulary, Path.Combine(_output, "model"));
        var held = Evaluation.Of(_model, _data.Held, _recipe, _workers);
        _log.Add(new LogEntry(_state.Step, _state.Seconds, _state.Tokens)
        {
            HeldLoss = held.Loss,
            HeldAccuracy = held.Accuracy,
            HeldExact = held.ExactShare,
        });
        _log.Draw();
        var worstFirst = held.Exact.OrderBy(family => family.Value.Exact / (double)family.Value.Of)
            .Select(family => $"{_data.Families[family.Key]} {family.Value.Exact}/{family.Value.Of}");
        _report.WriteLine($"step {_state.Step,6}  held out: loss {held.Loss:F4}  tokens {held.Accuracy:P2}  "
            + $"whole conversations {held.ExactShare:P1}: {string.Join(", ", worstFirst)}");
    }

    private void Introduce()
    {
        var train = _data.Train;
        _report.WriteLine($"{_recipe.Model.WeightCount:N0} weights; {train.Count:N0} conversations of "
            + $"{train.TokenCount / train.Count} tokens, {train.LearnedCount / (double)train.TokenCount:P0} learned; "
            + $"{_data.Copy.Count:N0} copy tasks; {_data.Held.Count:N0} held out; "
            + $"{_model.Device}, {_recipe.Precision} products, {_workers.Count} workers.");
    }

    private void Report(StepMeans means)
    {
        _log.Add(new LogEntry(_state.Step, _state.Seconds, _state.Tokens)
        {
            Loss = means.Task,
            CopyLoss = means.Copied,
            Rate = means.Rate,
        });
        var speed = (_state.Tokens - means.Since.Tokens) / (_state.Seconds - means.Since.Seconds);
        var left = TimeSpan.FromSeconds(_state.Seconds / Math.Max(1e-9, Progress) * Math.Max(0, 1 - Progress));
        _report.WriteLine($"step {_state.Step,6}  {Progress,5:P0}  loss {means.Task,6:F4}  copy {means.Copied,6:F4}  "
            + $"gradient {means.Gradient:F2}  rate {means.Rate:E1}  {speed:N0} tokens/s  {left:hh\\:mm\\:ss} left");
    }
}

/// <summary>What one step gave, on a task or on copying.</summary>
internal sealed record StepResult(bool Copied, double Loss, double Gradient, double Rate);

/// <summary>Means over the steps since a state; null where there was none.</summary>
internal sealed class StepMeans(TrainingState since)
{
    private readonly List<StepResult> _steps = [];

    public TrainingState Since => since;

    public bool Any => _steps.Count > 0;

    public double? Task => _steps.Where(step => !step.Copied).Average(step => (double?)step.Loss);

    public double? Copied => _steps.Where(step => step.Copied).Average(step => (double?)step.Loss);

    public double Gradient => _steps.Average(step => step.Gradient);

    public double Rate => _steps[^1].Rate;

    public void Add(StepResult step) => _steps.Add(step);
}
