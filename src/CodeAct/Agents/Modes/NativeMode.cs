using CodeAct.Agents.Modes;
using CodeAct.Tools;
using Microsoft.Extensions.AI;

namespace CodeAct.Agents;

/// <summary>Actions are the provider's own function calls; several in one reply are carried out in order.</summary>
/// <remarks>Only for models whose <see cref="Models.Model.CallsFunctions"/>.</remarks>
public sealed record NativeMode : ActionMode
{
    /// <inheritdoc/>
    public override string Name => "native";

    /// <summary>What may be called; <c>execute_code</c> unless told.</summary>
    public ToolAccess Access { get; init; } = ToolAccess.Code;

    internal override string Prompt(ActionSetting setting) => setting.IsPython(Access)
        ? Prompts.Join(
            Prompts.Of("native", Format, setting),
            Prompts.Interpreter(Format, setting),
            Prompts.Of("work", Format, setting))
        : Prompts.Join(Prompts.Of("native", Format, setting), Prompts.Of("work-calls", Format, setting));

    internal override IReplyReader Read(ActionSetting setting) => new NativeReplyReader(Names(setting));

    internal override void Configure(ChatOptions options, ActionSetting setting)
    {
        var names = Names(setting);
        options.Tools = [.. names.Select(AITool (name) =>
        {
            var tool = Offered(setting).Find(name.Value)!;
            return AIFunctionFactory.CreateDeclaration(name.Key, tool.Description, tool.Parameters);
        })];
    }

    internal override ToolCatalog Offered(ActionSetting setting) => setting.Offered(Access);

    /// <summary>The tools' names by those that providers take: 64 letters, digits, lines.</summary>
    private Dictionary<string, string> Names(ActionSetting setting)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tool in Offered(setting).Tools)
        {
            var plain = string.Concat(tool.Name.Take(60)
                .Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '_'));
            var name = plain;
            for (var number = 2; !names.TryAdd(name, tool.Name); number++)
            {
                name = $"{plain}_{number}";
            }
        }

        return names;
    }
}
