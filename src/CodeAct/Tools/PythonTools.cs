using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.Tools;

/// <summary>The functions of a Python file as tools. They run in the session that calls them, in its sandbox and with its rights.</summary>
/// <remarks>A fresh interpreter gets them anew. A call does not reach the host, so none of them can need an approval.</remarks>
public sealed class PythonTools : IToolHost
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);
    private readonly byte[] _definitions;

    private PythonTools(byte[] definitions) => _definitions = definitions;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Definitions => _definitions;

    /// <summary>Runs a file in a session of its own, to see which functions it has: all without an underscore before their name.</summary>
    /// <param name="file">The file; what it imports must be there in sessions.</param>
    /// <param name="engine">Makes the session.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It raises, or has no functions.</exception>
    public static async Task<PythonTools> ReadAsync(string file, PythonEngine engine, CancellationToken cancellationToken)
    {
        var (source, name) = (await File.ReadAllTextAsync(file, cancellationToken), Path.GetFileName(file));
        await using var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        await session.SetVariableAsync("source", JsonValue.Create(source), cancellationToken);
        await session.SetVariableAsync("file", JsonValue.Create(name), cancellationToken);
        var shown = await session.RunAsync(new Cell(Script()) { Timeout = _longest }, cancellationToken).ToListAsync(cancellationToken);
        if (shown is not [.., CellEnded { Status: CellStatus.Ok }])
        {
            var why = shown.OfType<PythonError>().LastOrDefault()?.Traceback ?? shown.OfType<CellEnded>().Last().Reason;
            throw new FormatException($"The tools of {file} cannot be had: {why}");
        }

        var definitions = JsonNode.Parse(shown.OfType<DisplayData>().Last().Data.PlainText)!.AsArray();
        if (definitions.Count == 0)
        {
            throw new FormatException($"{file} has no functions that could be tools; define one without an underscore before its name.");
        }

        foreach (var (index, definition) in definitions.Index())
        {
            definition!["python"] = index == 0
                ? new JsonObject { ["file"] = name, ["source"] = source }
                : new JsonObject { ["file"] = name };
        }

        return new PythonTools(System.Text.Encoding.UTF8.GetBytes(definitions.ToJsonString()));
    }

    /// <inheritdoc/>
    public Task<ToolAnswer> CallAsync(ToolCall wanted, CancellationToken cancellationToken) => Task.FromResult<ToolAnswer>(
        new ToolFailure(ToolFailureKind.Refused, "it runs in the session, not on the host"));

    private static string Script()
    {
        using var stream = typeof(PythonTools).Assembly.GetManifestResourceStream(typeof(PythonTools), "describe_tools.py")
            ?? throw new InvalidOperationException("describe_tools.py is not in this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
