using System.Runtime.CompilerServices;
using CodeAct.Web.Chats;
using Microsoft.Extensions.AI;

namespace CodeAct.Web.OpenAI;

/// <summary>A model without the agent: its text, then what it took.</summary>
internal static class RawModel
{
    /// <summary>A piece of its answer; the last one says why it ended and what it took.</summary>
    internal sealed record Piece(string Text, string? FinishReason = null, long InputTokens = 0, long OutputTokens = 0);

    /// <summary>A limit of tokens as models take it.</summary>
    public static int? Most(long? tokens) => tokens is { } most ? (int)Math.Min(most, int.MaxValue) : null;

    public static async IAsyncEnumerable<Piece> AnswerAsync(
        ModelShelf shelf,
        OfferedModel offered,
        IReadOnlyList<Said> messages,
        ChatOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = await shelf.LoadAsync(offered, cancellationToken);
        var (usage, finish, pieces) = (new UsageDetails(), "stop", 0L);
        await foreach (var update in model.Client.GetStreamingResponseAsync(messages.Select(Message), options, cancellationToken))
        {
            foreach (var taken in update.Contents.OfType<UsageContent>())
            {
                usage.Add(taken.Details);
            }

            finish = update.FinishReason?.Value ?? finish;
            if (update.Text.Length > 0)
            {
                pieces++;
                yield return new Piece(update.Text);
            }
        }

        yield return new Piece("", finish, usage.InputTokenCount ?? 0, usage.OutputTokenCount ?? pieces);
    }

    private static ChatMessage Message(Said said) => new(
        said.By switch
        {
            Speaker.System => ChatRole.System,
            Speaker.User => ChatRole.User,
            _ => ChatRole.Assistant,
        },
        [new TextContent(said.Text), .. said.Files.Select(Picture)]);

    private static DataContent Picture(Attachment file) =>
        file is Attachment.Inline { Type: var type, Bytes: var bytes } && type.StartsWith("image/", StringComparison.Ordinal)
            ? new DataContent(bytes, type)
            : throw BadParameterException.Unsupported(
                "messages", "a raw model takes images as data: URLs and no other files; the agent takes all.");
}
