using System.Runtime.InteropServices;
using System.Text;
using CodeAct.Llama.Native;

namespace CodeAct.Llama;

/// <summary>Part of a rendered conversation.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsContent">Whether a message said it; else it is the template's, and control tokens in it count.</param>
internal sealed record PromptPart(string Text, bool IsContent);

/// <summary>
/// A model's chat template, applied by llama.cpp's built-in ones. The contents are put in after it has been applied, so that
/// the template's text and the messages' text stay apart.
/// </summary>
internal sealed class ChatTemplate(string template, string source)
{
    // Private-use characters around a message's number; the blanks show whether the template trims contents.
    private const char MarkStart = '\uE000';
    private const char MarkEnd = '\uE001';

    private static readonly char[] _blanks = [' ', '\t', '\n', '\v', '\f', '\r'];

    /// <summary>The conversation up to where the assistant speaks.</summary>
    /// <exception cref="ModelFileException">llama.cpp has no built-in template like this one.</exception>
    public IReadOnlyList<PromptPart> Render(IReadOnlyList<(string Role, string Content)> messages)
    {
        var parts = new List<PromptPart>();
        var text = Apply([.. messages.Select((message, index) => (message.Role, $" {MarkStart}{index}{MarkEnd} "))]);
        var end = 0;
        for (int start; (start = text.IndexOf(MarkStart, end)) >= 0;)
        {
            var close = text.IndexOf(MarkEnd, start);
            var content = messages[int.Parse(text.AsSpan(start + 1, close - start - 1))].Content;
            var keepsLeft = start > end && text[start - 1] == ' ';
            var keepsRight = close + 1 < text.Length && text[close + 1] == ' ';
            Add(text[end..(keepsLeft ? start - 1 : start)], isContent: false);
            content = keepsLeft ? content : content.TrimStart(_blanks);
            Add(keepsRight ? content : content.TrimEnd(_blanks), isContent: true);
            end = close + (keepsRight ? 2 : 1);
        }

        Add(text[end..], isContent: false);
        return parts;

        void Add(string part, bool isContent)
        {
            if (part.Length > 0)
                parts.Add(new PromptPart(part, isContent));
        }
    }

    private unsafe string Apply(IReadOnlyList<(string Role, string Content)> messages)
    {
        var texts = messages.SelectMany(message => new[] { message.Role, message.Content }).Append(template)
            .Select(text => (nint)Marshal.StringToCoTaskMemUTF8(text)).ToArray();
        try
        {
            var chat = new ChatMessage[messages.Count];
            for (var i = 0; i < chat.Length; i++)
                chat[i] = new ChatMessage { Role = (byte*)texts[2 * i], Content = (byte*)texts[(2 * i) + 1] };

            var buffer = new byte[1024 + (64 * messages.Count)];
            while (true)
            {
                fixed (ChatMessage* first = chat)
                fixed (byte* to = buffer)
                {
                    var length = LlamaNative.llama_chat_apply_template(
                        (byte*)texts[^1], first, (nuint)chat.Length, addAssistant: 1, to, buffer.Length);
                    if (length < 0)
                        throw Unknown();

                    if (length <= buffer.Length)
                        return Encoding.UTF8.GetString(buffer, 0, length);

                    buffer = new byte[length];
                }
            }
        }
        finally
        {
            Array.ForEach(texts, Marshal.FreeCoTaskMem);
        }
    }

    private ModelFileException Unknown() =>
        new(source, "llama.cpp has no built-in chat template like the file's; use another model.");
}
