using CodeAct.Web.Chats;

namespace CodeAct.Web.OpenAI;

/// <summary>What a client wants of the agent, whichever interface it asked by.</summary>
/// <param name="Messages">What was said, in turn; the last is the user's.</param>
/// <param name="Conversation">The conversation to go on with; null to find it by what was said before.</param>
/// <param name="Message">How the model is asked; its text comes from the messages.</param>
internal sealed record AgentRequest(IReadOnlyList<Said> Messages, LiveConversation? Conversation, Message Message)
{
    /// <summary>Files that are to be in the workspace besides those of the messages.</summary>
    public IReadOnlyList<Attachment> Files { get; init; } = [];
}

/// <summary>Takes up requests: finds or begins the conversation, gives it the files, and sends the message.</summary>
internal sealed class AgentRequests(LiveConversations conversations, ConversationFinder finder, Uploads uploads)
{
    /// <exception cref="BadParameterException">There is no message, or a file that there is not.</exception>
    public async Task<AgentTurn> BeginAsync(string owner, AgentRequest request, CancellationToken cancellationToken)
    {
        var said = request.Messages;
        var last = said.Index().LastOrDefault(one => one.Item.By is Speaker.Assistant, (Index: -1, null!)).Index;
        var (before, now) = (said.Take(last + 1).ToList(), said.Skip(last + 1).Where(one => one.By is Speaker.User).ToList());
        var text = now.Aggregate("", (all, one) => Said.Join(all, one.Text));
        var files = now.SelectMany(one => one.Files).ToList();
        if (string.IsNullOrWhiteSpace(text) && files.Count == 0)
        {
            throw new BadParameterException("messages", "The last message must be the user's, and say something.");
        }

        var known = request.Conversation
            ?? (before.Count > 0 ? await finder.FindAsync(owner, before, cancellationToken) : null);
        var conversation = known ?? await conversations.BeginAsync(owner, cancellationToken);
        var earlier = known is null ? before : [];
        var names = await GiveAsync(owner, conversation, [.. earlier.SelectMany(one => one.Files), .. files], cancellationToken);
        await GiveMissingAsync(owner, conversation, request.Files, cancellationToken);
        var system = said.Where(one => one.By is Speaker.System).Aggregate("", (all, one) => Said.Join(all, one.Text));
        return await AgentTurn.BeginAsync(
            conversation,
            request.Message with
            {
                Text = string.IsNullOrWhiteSpace(text) ? $"Look at {string.Join(", ", names)}." : text,
                Instructions = system.Length == 0 ? null : system,
                Earlier = Exchanges(earlier),
            },
            cancellationToken);
    }

    /// <summary>Remembers the answer, so that a client that sends it back goes on with the conversation.</summary>
    public Task RememberAsync(string owner, AgentRequest request, string answer, AgentTurn turn) =>
        finder.RememberAsync(owner, [.. request.Messages, new Said(Speaker.Assistant, answer, [])], turn, CancellationToken.None);

    private static List<Exchange> Exchanges(IEnumerable<Said> earlier)
    {
        var exchanges = new List<Exchange>();
        var task = "";
        foreach (var said in earlier)
        {
            if (said.By is Speaker.User)
            {
                task = Said.Join(task, said.Text);
            }
            else if (said.By is Speaker.Assistant)
            {
                exchanges.Add(new Exchange(string.IsNullOrWhiteSpace(task) ? "(The assistant began.)" : task, said.Text));
                task = "";
            }
        }

        return exchanges;
    }

    private async Task<IReadOnlyList<string>> GiveAsync(
        string owner, LiveConversation conversation, IReadOnlyList<Attachment> files, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var file in files)
        {
            var (name, contents) = Open(owner, file);
            await using (contents)
            {
                names.Add(await conversation.AddFileAsync(name, contents, cancellationToken));
            }
        }

        return names;
    }

    // A tool names its files with every request.
    private async Task GiveMissingAsync(
        string owner, LiveConversation conversation, IReadOnlyList<Attachment> files, CancellationToken cancellationToken)
    {
        if (files.Count > 0)
        {
            var there = (await conversation.WakeAsync(cancellationToken)).Workspace.Files();
            await GiveAsync(owner, conversation, [.. files.Where(file => !there.Contains(NameOf(owner, file)))], cancellationToken);
        }
    }

    private string NameOf(string owner, Attachment file) => file switch
    {
        Attachment.Uploaded(var id) => uploads.Get(owner, id).Filename,
        Attachment.Inline inline => inline.Name,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private (string Name, Stream Contents) Open(string owner, Attachment file) =>
        (NameOf(owner, file), file is Attachment.Inline { Bytes: var bytes } ? new MemoryStream(bytes) : uploads.Open(owner, file.Key));
}
