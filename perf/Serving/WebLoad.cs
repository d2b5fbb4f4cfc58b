using System.Diagnostics;

namespace CodeAct.Perf.Serving;

/// <summary>The web application with 200 conversations open, 50 of them streaming at any time, beside one Jupyter server for each.</summary>
internal static class WebLoad
{
    private const int Open = 200;
    private const int Streaming = 50;
    private const int Rounds = 6; // messages of each that streams
    private const int Gateways = 5;

    private static readonly TimeSpan _wait = TimeSpan.FromMinutes(4);

    public static async Task<int> RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_wait);
        var report = new Report(output);
        report.Begin("web");
        await MeasureAsync(report, patience.Token);
        await MeasureGatewaysAsync(report, patience.Token);
        return report.AllMet ? 0 : 1;
    }

    private static async Task MeasureAsync(Report report, CancellationToken cancellationToken)
    {
        await using var model = new SlowModel();
        await using var server = await ServeProcess.StartAsync(model.Url, cancellationToken);
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 2 * Open };
        using var client = new HttpClient(handler) { BaseAddress = server.Url };
        var visitors = new List<Visitor>();
        try
        {
            var opened = new List<double>();
            visitors.Add(await Visitor.ComeAsync(client, cancellationToken));
            await visitors[0].AskAsync("Open", cancellationToken); // what is loaded once is loaded
            var available = Processes.Available();
            while (visitors.Count <= Open)
            {
                var visitor = await Visitor.ComeAsync(client, cancellationToken);
                visitors.Add(visitor);
                opened.Add((await visitor.AskAsync("Open", cancellationToken)).First);
            }

            var each = new Sample([(available - Processes.Available()) / Open]);
            report.Add("a new conversation, message to first text", Units.Milliseconds, [], (Columns.CodeAct, new Sample(opened)));
            report.Add($"memory of each of {Open} open conversations with their interpreters", Units.Megabytes, [], (Columns.CodeAct, each));
            await StreamAsync(report, model, [.. visitors.Take(Streaming)], cancellationToken);
            var own = new Sample([Processes.Own(server.ProcessId)]);
            report.Add("memory of the server's own process after that", Units.Megabytes, [], (Columns.CodeAct, own));
            report.Add("events lost, doubled or changed", Units.Count, [Target.AtMost(0)], (Columns.CodeAct, new Sample([visitors.Sum(one => one.Wrong)])));
        }
        finally
        {
            foreach (var visitor in visitors)
            {
                await visitor.DisposeAsync();
            }
        }
    }

    private static async Task StreamAsync(Report report, SlowModel model, IReadOnlyList<Visitor> visitors, CancellationToken cancellationToken)
    {
        var over = new List<double>();
        var wrong = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(visitors.Select(async (visitor, number) =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var message = $"message {round} of {number}";
                var (first, text) = await visitor.AskAsync(message, cancellationToken);
                lock (over)
                {
                    over.Add(first - model.Own(message));
                    wrong += text == SlowModel.Reply(message) ? 0 : 1;
                }
            }
        }));
        var rate = over.Count * SlowModel.Tokens / Stopwatch.GetElapsedTime(started).TotalSeconds;
        report.Add(
            $"message to first text, {Streaming} streaming of {Open} open, over the model's own",
            Units.Milliseconds,
            [new Target(100, IsMost: true, 0.95)],
            (Columns.CodeAct, new Sample(over)));
        report.Add("tokens streamed to all together", Units.Rate, [], (Columns.CodeAct, new Sample([rate])));
        report.Add("answers that were not what the model wrote", Units.Count, [Target.AtMost(0)], (Columns.CodeAct, new Sample([wrong])));
    }

    // The original's shape: a gateway and a kernel for each conversation, without the containers it puts around them.
    private static async Task MeasureGatewaysAsync(Report report, CancellationToken cancellationToken)
    {
        var servers = new List<JupyterServer>();
        try
        {
            var available = Processes.Available();
            var times = new List<double>();
            while (servers.Count < Gateways)
            {
                times.Add(await Sample.TimeAsync(async () =>
                {
                    var server = await JupyterServer.StartAsync(cancellationToken);
                    servers.Add(server);
                    var kernel = await server.StartKernelAsync(waitForIdle: true, cancellationToken);
                    await kernel.RunAsync("import numpy, pandas, matplotlib.pyplot, sympy; x = list(range(1000))", null, cancellationToken);
                }));
            }

            var each = new Sample([(available - Processes.Available()) / Gateways]);
            report.Add($"memory of each of {Gateways} conversations, one gateway and kernel for each", Units.Megabytes, [], (Columns.Jupyter, each));
            report.Add("a new conversation to the end of its first cell", Units.Milliseconds, [], (Columns.Jupyter, new Sample(times)));
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }
}
