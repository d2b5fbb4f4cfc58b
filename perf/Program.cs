// Side by side: the engine through its .NET API, and what else runs Python cells. See perf/run --help.
using CodeAct.Perf;
using CodeAct.Perf.Soaking;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    return args is ["soak", .. var minutes]
        ? await Soak.RunAsync(minutes, Console.Out, stop.Token)
        : await Comparison.RunAsync(args, Console.Out, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}
