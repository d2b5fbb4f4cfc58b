using System.Reflection;
using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.Web.Jupyter;

// What a client asks for besides running cells.
internal sealed partial class Kernel
{
    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(Kernel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private async Task<JsonObject?> HelpAsync(KernelMessage request) => request.Type switch
    {
        "kernel_info_request" => Ok(About()),
        "complete_request" => Ok(Completed(await _session.Python.AskAsync(
            new CompletionQuestion(Code(request), Cursor(request)), _session.Ended))),
        "inspect_request" => Ok(Inspected(await _session.Python.AskAsync(
            new InspectionQuestion(Code(request), Cursor(request), request.Number("detail_level", otherwise: 0) > 0), _session.Ended))),
        "is_complete_request" => Checked(await _session.Python.AskAsync(new CompletenessQuestion(Code(request)), _session.Ended)),
        "history_request" => Ok(new JsonObject { ["history"] = _history.Answer(request) }),
        "comm_info_request" => Ok(new JsonObject { ["comms"] = new JsonObject() }),
        _ => null, // as Jupyter's own kernels do with what they do not know
    };

    private JsonObject About() => new()
    {
        ["protocol_version"] = KernelMessage.Version,
        ["implementation"] = "codeact",
        ["implementation_version"] = Version,
        ["banner"] = $"Python {_sessions.PythonVersion} in CodeAct's sandbox. Nobody can type into a cell: input() raises.",
        ["debugger"] = false,
        ["help_links"] = new JsonArray(),
        ["language_info"] = new JsonObject
        {
            ["name"] = "python",
            ["version"] = _sessions.PythonVersion,
            ["mimetype"] = "text/x-python",
            ["file_extension"] = ".py",
            ["pygments_lexer"] = "ipython3",
            ["nbconvert_exporter"] = "python",
            ["codemirror_mode"] = new JsonObject { ["name"] = "ipython", ["version"] = 3 },
        },
    };

    private static JsonObject Completed(Completions found) => new()
    {
        ["matches"] = new JsonArray([.. found.Matches.Select(match => JsonValue.Create(match))]),
        ["cursor_start"] = found.Start,
        ["cursor_end"] = found.End,
        ["metadata"] = new JsonObject(),
    };

    private static JsonObject Inspected(MimeBundle found)
    {
        var content = Shown(found);
        content["found"] = found.Data.Count > 0;
        return content;
    }

    private static JsonObject Checked(Completeness found) => new() { ["status"] = found.Status, ["indent"] = found.Indent };

    private static JsonObject Ok(JsonObject content)
    {
        content["status"] = "ok";
        return content;
    }

    private static string Code(KernelMessage request) => KernelMessage.Text(request.Content, "code") ?? "";

    private static int Cursor(KernelMessage request) => request.Number("cursor_pos", Code(request).EnumerateRunes().Count());
}
