using CodeAct.Actions;
using CodeAct.Agents.Modes;
using CodeAct.Tools;

namespace CodeAct.Agents;

/// <summary>Actions are calls, <c>{"tool": NAME, "args": {…}}</c>.</summary>
public sealed record JsonMode : ActionMode
{
    /// <summary>In <see cref="ActionFormat.Action"/> unless told.</summary>
    public JsonMode() => Format = ActionFormat.Action;

    /// <inheritdoc/>
    public override string Name => "json";

    /// <summary>What may be called; the tools unless told.</summary>
    public ToolAccess Access { get; init; }

    internal override string Prompt(ActionSetting setting) => CallPrompt.Of("json", this, Access, setting);

    internal override IReplyReader Read(ActionSetting setting) => new MarkedReplyReader(ActionSyntax.Json(Format));

    internal override ToolCatalog Offered(ActionSetting setting) => setting.Offered(Access);
}

/// <summary>Actions are calls, <c>NAME, ARGUMENT, ARGUMENT</c>.</summary>
public sealed record TextMode : ActionMode
{
    /// <summary>In <see cref="ActionFormat.Action"/> unless told.</summary>
    public TextMode() => Format = ActionFormat.Action;

    /// <inheritdoc/>
    public override string Name => "text";

    /// <summary>What may be called; the tools unless told.</summary>
    public ToolAccess Access { get; init; }

    internal override string Prompt(ActionSetting setting) => CallPrompt.Of("text", this, Access, setting);

    internal override IReplyReader Read(ActionSetting setting) => new MarkedReplyReader(ActionSyntax.Text(Format));

    internal override ToolCatalog Offered(ActionSetting setting) => setting.Offered(Access);
}
