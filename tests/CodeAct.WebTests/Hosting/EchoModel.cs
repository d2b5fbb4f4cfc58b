using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.WebTests.Hosting;

/// <summary>
/// A model for any number of conversations at once: it runs the Python that the last message has in backquotes, one cell for each
/// pair of them, and answers with the last observation. A message without any is answered with "You said: …".
/// </summary>
/// <remarks>With <see cref="Delay"/> it writes as slowly as a large model does.</remarks>
internal sealed partial class EchoModel(TimeProvider time) : IChatClient
{
    private const string Observed = "Execution Output:\n";

    /// <summary>Between two pieces of a reply.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>This as a model that users can choose.</summary>
    public Model AsModel(string name = "echo:model") => new(name, this) { ContextTokens = 100_000 };

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var all = messages.ToList();
        var reply = Reply(all);
        var pieces = Piece().Matches(reply).Select(match => match.Value).ToList();
        foreach (var piece in pieces)
        {
            if (Delay > TimeSpan.Zero)
            {
                await Task.Delay(Delay, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
            await Task.Yield();
        }

        yield return new ChatResponseUpdate
        {
            Contents = [new UsageContent(new UsageDetails { InputTokenCount = all.Sum(one => one.Text.Length) / 4, OutputTokenCount = pieces.Count })],
            FinishReason = ChatFinishReason.Stop,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static string Reply(List<ChatMessage> messages)
    {
        var asked = messages.FindLastIndex(message =>
            message.Role == ChatRole.User && !message.Text.StartsWith(Observed, StringComparison.Ordinal));
        var said = asked < 0 ? "" : messages[asked].Text;
        var cells = Quoted().Matches(said).Select(match => match.Groups["code"].Value).ToList();
        var done = messages.Skip(asked + 1).Count(message => message.Role == ChatRole.Assistant);
        return done < cells.Count
            ? $"I run cell {done + 1} of {cells.Count}.\n<execute>\n{cells[done]}\n</execute>"
            : cells.Count == 0 ? $"You said: {said}" : $"It says: {messages[^1].Text.Replace(Observed, "", StringComparison.Ordinal)}";
    }

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\S+\s*|\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Piece();
}
