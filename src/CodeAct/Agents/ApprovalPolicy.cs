using System.Text.Json;
using System.Text.RegularExpressions;
using CodeAct.Python;

namespace CodeAct.Agents;

/// <summary>Which calls need an approval, besides those of tools that are marked (<c>ApprovalRequiredAIFunction</c>).</summary>
public sealed record ApprovalPolicy
{
    /// <summary>A call that fits one of them needs an approval; none unless told.</summary>
    public IReadOnlyList<ApprovalRule> Rules { get; init; } = [];

    /// <summary>What a call costs, in the unit of <see cref="CostFrom"/>; null, as unless told: nothing.</summary>
    public Func<ToolCall, decimal>? Cost { get; init; }

    /// <summary>A call that costs this or more needs an approval; null, as unless told: none does for its cost.</summary>
    public decimal? CostFrom { get; init; }

    /// <summary>Whether a call needs an approval by this policy.</summary>
    public bool Asks(ToolCall call) => Rules.Any(rule => rule.Fits(call)) || (CostFrom is { } from && Cost?.Invoke(call) >= from);
}

/// <summary>Calls that need an approval: of a tool, with arguments.</summary>
public sealed record ApprovalRule
{
    private readonly Regex _tool;
    private readonly Dictionary<string, Regex> _arguments;

    /// <param name="tool">The name of a tool; <c>*</c> stands for any letters.</param>
    /// <param name="arguments">
    /// Patterns that the named arguments must all fit somewhere, a text as it is and anything else as JSON; none unless told.
    /// </param>
    /// <exception cref="ArgumentException">A pattern is none, or needs backtracking.</exception>
    public ApprovalRule(string tool, IReadOnlyDictionary<string, string>? arguments = null)
    {
        _tool = new Regex($"^{Regex.Escape(tool).Replace("\\*", ".*")}$", RegexOptions.NonBacktracking | RegexOptions.Singleline);
        _arguments = (arguments ?? new Dictionary<string, string>()).ToDictionary(
            argument => argument.Key, argument => Pattern(argument.Key, argument.Value));
    }

    /// <summary>Whether a call is of this kind.</summary>
    public bool Fits(ToolCall call) => _tool.IsMatch(call.Name) && _arguments.All(argument =>
        call.Arguments.TryGetProperty(argument.Key, out var value) && argument.Value.IsMatch(Text(value)));

    private static string Text(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static Regex Pattern(string argument, string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException(
                $"The pattern '{pattern}' of the argument '{argument}' cannot be used: {wrong.Message}", nameof(pattern), wrong);
        }
    }
}
