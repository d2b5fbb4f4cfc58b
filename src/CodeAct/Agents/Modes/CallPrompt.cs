using CodeAct.Tools;

namespace CodeAct.Agents.Modes;

/// <summary>The prompt of modes in which tools are called by name, and signatures in each mode's own syntax.</summary>
internal static class CallPrompt
{
    public static string Of(string name, ActionMode mode, ToolAccess access, ActionSetting setting)
    {
        var list = name == "json" ? (Func<ToolSignature, string>)Json : Text;
        var offered = setting.Offered(access);
        var listed = Listed(offered, list);
        if (listed.Length > setting.ListBudget)
        {
            listed = $"{Listed(new ToolSearch(offered).Listed, list)}\n{offered.Tools.Count} more, which it finds.";
        }

        var calls = Prompts.Of(name, mode.Format, setting).Replace("{{tools}}", listed);
        return setting.IsPython(access)
            ? Prompts.Join(calls, Prompts.Interpreter(mode.Format, setting), Prompts.Of("work", mode.Format, setting))
            : Prompts.Join(calls, Prompts.Of("work-calls", mode.Format, setting));
    }

    /// <summary>The tools as functions of Python.</summary>
    public static string Python(ToolCatalog tools) => Listed(tools, tool => tool.Python);

    private static string Listed(ToolCatalog tools, Func<ToolSignature, string> signature) =>
        string.Join('\n', tools.Tools.SelectMany(tool => Lines(tool, signature(tool))));

    private static IEnumerable<string> Lines(ToolSignature tool, string signature)
    {
        yield return $"- {signature}";
        if (tool.Description.Length > 0)
        {
            yield return $"    {tool.Description.ReplaceLineEndings("\n    ")}";
        }

        foreach (var parameter in tool.All.Where(parameter => parameter.Description is not null))
        {
            yield return $"    {parameter.Name}: {parameter.Description!.ReplaceLineEndings(" ")}";
        }
    }

    private static string Json(ToolSignature tool)
    {
        var members = tool.All.Select(parameter => $"\"{parameter.Name}\": {TypeOf(tool, parameter)}");
        return $"{{\"tool\": \"{tool.Name}\", \"args\": {{{string.Join(", ", members)}}}}}{Result(tool)}";
    }

    private static string Text(ToolSignature tool) =>
        string.Join(", ", [tool.Name, .. tool.All.Select(parameter => $"{parameter.Name}: {TypeOf(tool, parameter)}")]) + Result(tool);

    private static string TypeOf(ToolSignature tool, ToolParameter parameter) =>
        parameter.IsRequired ? tool.TypeOf(parameter) : $"{tool.TypeOf(parameter)} = {parameter.Default}";

    private static string Result(ToolSignature tool) => tool.Result is { } result ? $" -> {result}" : "";
}
