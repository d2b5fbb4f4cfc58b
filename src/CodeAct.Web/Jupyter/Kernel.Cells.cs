using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Python;

namespace CodeAct.Web.Jupyter;

// Cells.
internal sealed partial class Kernel
{
    private int _number; // of the last cell

    private async Task<JsonObject> ExecuteAsync(KernelMessage request)
    {
        var code = KernelMessage.Text(request.Content, "code") ?? "";
        var isSilent = request.Flag("silent", otherwise: false);
        if (!isSilent)
        {
            var number = await _session.Python.AskAsync(new NumberQuestion(), _session.Ended);
            _number = number > 0 ? number : _number + 1;
            Tell("execute_input", request.Header, new JsonObject { ["code"] = code, ["execution_count"] = _number });
        }

        PythonError? error = null;
        string? shown = null;
        int? behind = null; // that had come before anybody was told of the error; who asks for something after that wants it
        await foreach (var happened in _session.RunAsync(
            new Cell(code) { Timeout = _options.LongestCell, Silent = isSilent }, _session.Ended))
        {
            shown = (happened as ExecuteResult)?.Data.PlainText ?? shown;
            behind ??= happened is PythonError or CellEnded { Reason: not null } ? _shell.Reader.Count : null;
            error = happened switch
            {
                PythonError raised => raised,
                CellEnded ended => EndOf(ended, error, request),
                _ => error,
            };
            Show(happened, request);
        }

        if (!isSilent && request.Flag("store_history", otherwise: true))
        {
            _history.Add(_number, code, shown);
        }

        if (error is null)
        {
            return Reply("ok", new JsonObject { ["payload"] = new JsonArray(), ["user_expressions"] = await ValuesAsync(request) });
        }

        if (request.Flag("stop_on_error", otherwise: true))
        {
            Volatile.Write(ref _refused, Math.Max(_refused, behind ?? 0));
        }

        return Failure(error);
    }

    private void Show(CellEvent happened, KernelMessage request)
    {
        switch (happened)
        {
            case StreamText(var stream, var text, _):
                Tell("stream", request.Header, Stream(stream == StreamName.Stdout ? "stdout" : "stderr", text));
                break;
            case InterpreterRestarted(var reason):
                Tell("stream", request.Header, Stream("stderr", $"[{reason}]\n"));
                break;
            case DisplayData(var data):
                Tell("display_data", request.Header, Shown(data));
                break;
            case ExecuteResult(var data):
                var result = Shown(data);
                result["execution_count"] = _number;
                Tell("execute_result", request.Header, result);
                break;
            case PythonError error:
                Tell("error", request.Header, Told(error));
                break;
        }
    }

    /// <summary>What a cell ended with: the error that was told already, or one that stands for a limit or a death.</summary>
    private PythonError? EndOf(CellEnded ended, PythonError? error, KernelMessage request)
    {
        if (ended.Reason is not { } reason)
        {
            return error;
        }

        if (error is not null)
        {
            Tell("stream", request.Header, Stream("stderr", $"[{reason}]\n"));
            return error;
        }

        var end = new PythonError(ended.Status.ToString(), reason, $"{ended.Status}: {reason}");
        Tell("error", request.Header, Told(end));
        return end;
    }

    private async Task<JsonObject> ValuesAsync(KernelMessage request)
    {
        var wanted = (request.Content["user_expressions"] as JsonObject ?? [])
            .Where(expression => expression.Value?.GetValueKind() == JsonValueKind.String)
            .ToDictionary(expression => expression.Key, expression => expression.Value!.GetValue<string>());
        var values = new JsonObject();
        if (wanted.Count > 0)
        {
            foreach (var (name, found) in await _session.Python.AskAsync(new EvaluationQuestion(wanted), _session.Ended))
            {
                values[name] = found.Value is { } value ? Ok(Shown(value)) : Told(found.Error!, "error");
            }
        }

        return values;
    }

    private JsonObject Failure(PythonError error)
    {
        var content = Told(error);
        content["payload"] = new JsonArray();
        content["user_expressions"] = new JsonObject();
        return Reply("error", content);
    }

    private JsonObject Reply(string status, JsonObject content)
    {
        content["status"] = status;
        content["execution_count"] = _number;
        return content;
    }

    private static JsonObject Told(PythonError error, string? status = null)
    {
        var content = new JsonObject
        {
            ["ename"] = error.Name,
            ["evalue"] = error.Message,
            ["traceback"] = new JsonArray([.. error.Traceback.Split('\n').Select(line => JsonValue.Create(line))]),
        };
        if (status is not null)
        {
            content["status"] = status;
        }

        return content;
    }

    private static JsonObject Stream(string name, string text) => new() { ["name"] = name, ["text"] = text };

    private static JsonObject Shown(MimeBundle bundle) => new() { ["data"] = Data(bundle), ["metadata"] = new JsonObject() };

    private static JsonObject Data(MimeBundle bundle)
    {
        var data = new JsonObject();
        foreach (var (type, text) in bundle.Data)
        {
            data[type] = type == "application/json" || type.EndsWith("+json", StringComparison.Ordinal) ? Structure(text) : text;
        }

        return data;
    }

    private static JsonNode? Structure(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException) // cut, for it was too long
        {
            return text;
        }
    }
}
