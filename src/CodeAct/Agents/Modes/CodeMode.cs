using CodeAct.Actions;
using CodeAct.Agents.Modes;
using CodeAct.Tools;

namespace CodeAct.Agents;

/// <summary>Actions are Python: variables, loops and the tools as functions, several calls in one action.</summary>
public sealed record CodeMode : ActionMode
{
    /// <inheritdoc/>
    public override string Name => "code";

    internal override string Prompt(ActionSetting setting) => Prompts.Join(
        Prompts.Of("code", Format, setting),
        Prompts.Interpreter(Format, setting),
        Prompts.Of("work", Format, setting));

    internal override IReplyReader Read(ActionSetting setting) => new MarkedReplyReader(ActionSyntax.Code(Format));

    internal override ToolCatalog? Offered(ActionSetting setting) => null;
}
