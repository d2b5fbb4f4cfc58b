using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CodeAct.Web.OpenAI;

/// <summary>The ID of a response, <c>resp_CONVERSATION_EVENT</c>: where it is in the log, the event being the last before it.</summary>
internal sealed record ResponseId(string Conversation, long Before) : IParsable<ResponseId>
{
    public const string Mark = "resp_";

    public static ResponseId Parse(string text, IFormatProvider? provider) => TryParse(text, provider, out var id)
        ? id
        : throw new KeyNotFoundException($"There is no response '{text}'.");

    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, [MaybeNullWhen(false)] out ResponseId result)
    {
        result = text is not null && text.StartsWith(Mark, StringComparison.Ordinal)
            && text[Mark.Length..].Split('_') is [var conversation, var before]
            && long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new ResponseId(conversation, number)
                : null;
        return result is not null;
    }

    public override string ToString() => $"{Mark}{Conversation}_{Before}";
}
