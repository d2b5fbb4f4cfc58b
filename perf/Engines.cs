using System.Text;
using CodeAct.Python;

namespace CodeAct.Perf;

/// <summary>What is compared, each started and warm: a session of ours, two Jupyter kernels, IPython, Pyodide where it is there.</summary>
internal sealed class Engines : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _started = [];

    /// <summary>What is imported everywhere but in Pyodide and under bwrap.</summary>
    public static readonly IReadOnlyList<string> Modules = ["numpy", "pandas", "matplotlib.pyplot", "sympy"];

    public required PythonEngine Engine { get; init; }

    public required IPythonSession Session { get; init; }

    public required JupyterServer Server { get; init; }

    public required JupyterKernel Reference { get; init; }

    public required JupyterKernel Corrected { get; init; }

    public required PipeInterpreter IPython { get; init; }

    public required PipeInterpreter? Pyodide { get; init; }

    public static async Task<Engines> StartAsync(CancellationToken cancellationToken)
    {
        var engine = await PythonEngine.StartAsync(new PythonEngineOptions(), cancellationToken);
        var server = await JupyterServer.StartAsync(cancellationToken);
        var engines = new Engines
        {
            Engine = engine,
            Session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken),
            Server = server,
            Reference = await server.StartKernelAsync(waitForIdle: false, cancellationToken),
            Corrected = await server.StartKernelAsync(waitForIdle: true, cancellationToken),
            IPython = PipeInterpreter.StartIPython(Modules),
            Pyodide = PipeInterpreter.StartPyodide(),
        };
        engines._started.AddRange([engine, server, engines.IPython]);
        if (engines.Pyodide is { } pyodide)
        {
            engines._started.Add(pyodide);
        }

        foreach (var (column, run) in engines.Runs(cancellationToken))
        {
            await run(column == Columns.Pyodide ? "1" : "import numpy as np, pandas, matplotlib.pyplot, sympy");
            await run("1+1");
        }

        return engines;
    }

    /// <summary>Runs a cell to its end, by column; not under bwrap, which has nothing that stays.</summary>
    public IReadOnlyList<(string Column, Func<string, Task<string>> Run)> Runs(CancellationToken cancellationToken)
    {
        List<(string, Func<string, Task<string>>)> runs =
        [
            (Columns.CodeAct, code => RunAsync(Session, code, cancellationToken)),
            (Columns.Jupyter, code => Reference.RunAsync(code, null, cancellationToken)),
            (Columns.Corrected, code => Corrected.RunAsync(code, null, cancellationToken)),
            (Columns.IPython, code => IPython.RunAsync(code, cancellationToken)),
        ];
        if (Pyodide is { } pyodide)
        {
            runs.Add((Columns.Pyodide, code => pyodide.RunAsync(code, cancellationToken)));
        }

        return runs;
    }

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
        foreach (var started in _started)
        {
            await started.DisposeAsync();
        }
    }
}
