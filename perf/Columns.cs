namespace CodeAct.Perf;

/// <summary>What is compared: the columns of the table, in their order.</summary>
internal static class Columns
{
    public const string CodeAct = "CodeAct";
    public const string Jupyter = "Jupyter as the reference";
    public const string Corrected = "Jupyter, reply and idle";
    public const string IPython = "IPython in a child process";
    public const string Bubblewrap = "bwrap + python per cell";
    public const string Pyodide = "Pyodide in Node";

    public static readonly IReadOnlyList<string> All = [CodeAct, Jupyter, Corrected, IPython, Bubblewrap, Pyodide];
}
