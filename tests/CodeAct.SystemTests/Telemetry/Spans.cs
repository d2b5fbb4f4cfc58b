using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CodeAct.Telemetry;

namespace CodeAct.SystemTests.Telemetry;

/// <summary>What the library tells while this lives, of the trace that it began.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly MeterListener _metrics = new();
    private readonly ActivitySource _source = new("CodeAct.Tests");
    private readonly Activity _root;
    private readonly ConcurrentQueue<Activity> _ended = [];

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Instruments.Name or "CodeAct.Tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _root?.TraceId) // tests run side by side
                {
                    _ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _root = _source.StartActivity("test")!;
        _metrics.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Instruments.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, tags));
        _metrics.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Add(instrument, tags));
        _metrics.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Add(instrument, tags));
        _metrics.Start();
    }

    /// <summary>Those that have ended, in the order in which they began.</summary>
    public IReadOnlyList<Activity> Ended => [.. _ended.OrderBy(span => span.StartTimeUtc)];

    /// <summary>The measurements, each as <c>name key=value …</c>; also those of tests that run beside.</summary>
    public ConcurrentBag<string> Measured { get; } = [];

    /// <summary>The spans as lines, indented below what they are part of.</summary>
    public string Tree()
    {
        var ended = Ended;
        return string.Concat(ended.Select(span => $"{new string(' ', 2 * Depth(span))}{span.DisplayName}\n"));

        int Depth(Activity span) => ended.FirstOrDefault(one => one.SpanId == span.ParentSpanId) is { } parent ? 1 + Depth(parent) : 0;
    }

    /// <summary>Everything that the spans say, to look for what they must not.</summary>
    public string Everything() => string.Join('\n', Ended.SelectMany(span =>
        span.TagObjects.Select(tag => $"{span.DisplayName} {tag.Key}={tag.Value}")
            .Concat(span.Events.SelectMany(one => one.Tags.Select(tag => $"{one.Name} {tag.Key}={tag.Value}")))));

    public void Dispose()
    {
        _root.Dispose();
        _listener.Dispose();
        _metrics.Dispose();
        _source.Dispose();
    }

    private void Add(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var words = new List<string> { instrument.Name };
        foreach (var (key, value) in tags)
        {
            words.Add($"{key}={value}");
        }

        Measured.Add(string.Join(' ', words));
    }
}
