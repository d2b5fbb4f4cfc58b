// Side by side: the engine through its .NET API, and what else runs Python cells. See perf/run --help.
using CodeAct.Perf;
using CodeAct.Perf.Serving;
using CodeAct.Perf.Soaking;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    return args switch
    {
        ["soak", .. var minutes] => await Soak.RunAsync(minutes, Console.Out, stop.Token),
        ["web"] => await WebLoad.RunAsync(Console.Out, stop.Token),
        _ => await Comparison.RunAsync(args, Console.Out, stop.Token),
    };
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}
