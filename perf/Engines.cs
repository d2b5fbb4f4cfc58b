using System.Text;
using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>The three that are compared, each with the same modules imported: ours, and two Jupyter kernels.</summary>
internal sealed class Engines : IAsyncDisposable
{
    private const string Imports = "import numpy as np, pandas, matplotlib.pyplot, sympy";

    private Engines(PythonEngine engine, IPythonSession session, JupyterServer server, JupyterKernel reference, JupyterKernel corrected)
    {
        Engine = engine;
        Session = session;
        Server = server;
        Reference = reference;
        Corrected = corrected;
    }

    public PythonEngine Engine { get; }

    public IPythonSession Session { get; }

    public JupyterServer Server { get; }

    public JupyterKernel Reference { get; }

    public JupyterKernel Corrected { get; }

    public static async Task<Engines> StartAsync(CancellationToken cancellationToken)
    {
        var engine = await PythonEngine.StartAsync(new PythonEngineOptions(), cancellationToken);
        var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        var server = await JupyterServer.StartAsync(cancellationToken);
        var reference = await server.StartKernelAsync(waitForIdle: false, cancellationToken);
        var corrected = await server.StartKernelAsync(waitForIdle: true, cancellationToken);
        var engines = new Engines(engine, session, server, reference, corrected);
        foreach (var run in engines.Runs(cancellationToken))
        {
            await run(Imports);
            await run("1+1");
        }

        return engines;
    }

    /// <summary>Runs a cell to its end: ours, the reference's way, the corrected way.</summary>
    public Func<string, Task<string>>[] Runs(CancellationToken cancellationToken) =>
    [
        code => RunAsync(Session, code, cancellationToken),
        code => Reference.RunAsync(code, null, cancellationToken),
        code => Corrected.RunAsync(code, null, cancellationToken),
    ];

    /// <summary>Runs a cell and gives its text as <see cref="JupyterKernel.RunAsync"/> does.</summary>
    public static async Task<string> RunAsync(IPythonSession session, string code, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        await foreach (var shown in session.RunAsync(new Cell(code), cancellationToken))
        {
            text.Append(shown switch
            {
                StreamText piece => piece.Text,
                ExecuteResult result => result.Data.PlainText,
                DisplayData display => display.Data.PlainText,
                PythonError error => error.Name,
                _ => "",
            });
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Server.DisposeAsync();
    }
}
