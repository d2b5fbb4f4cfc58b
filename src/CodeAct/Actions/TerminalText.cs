using System.Text.RegularExpressions;

namespace CodeAct.Actions;

/// <summary>Reads text written for a terminal as a person sees it there: no colour codes, progress bars as they ended.</summary>
internal static partial class TerminalText
{
    public static string Clean(string text)
    {
        var plain = text.Contains('\e') ? Escapes().Replace(text, "") : text;
        return plain.Contains('\r') ? LastStates(plain) : plain;
    }

    // A carriage return starts the line again, so only what follows the last one is left to see.
    private static string LastStates(string text) =>
        string.Join('\n', text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(line =>
        {
            var states = line.TrimEnd('\r');
            return states[(states.LastIndexOf('\r') + 1)..];
        }));

    // ECMA-48: CSI sequences, OSC strings, and two-character escapes.
    [GeneratedRegex(@"\e(?:\[[0-?]*[ -/]*[@-~]|\][^\a\e]*(?:\a|\e\\)?|[@-Z\\-_])", RegexOptions.NonBacktracking)]
    private static partial Regex Escapes();
}
