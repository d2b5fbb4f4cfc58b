using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Sql;
using CodeAct.Web.Chats;

namespace CodeAct.Web.OpenAI;

/// <summary>Finds the conversation that a request goes on with.</summary>
/// <remarks>
/// Clients of chat completions send all that was said with every request. What was said up to an answer of ours is remembered by its
/// hash, beside the conversations; a request that begins with it goes on there, in the same interpreter. When more was said there
/// since, as when a client asks again, the conversation branches, its interpreter as it was then.
/// </remarks>
internal sealed class ConversationFinder(SqlConversationStore store, LiveConversations conversations)
{
    public static SqlTables Tables { get; } = new("answers", 1, typeof(ConversationFinder));

    /// <summary>The conversation in which these messages end with an answer of ours; null when there is none.</summary>
    public async Task<LiveConversation?> FindAsync(string owner, IReadOnlyList<Said> messages, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.ConnectAsync(cancellationToken);
        var found = await connection.QueryAsync(
            "SELECT conversation, before FROM answers WHERE owner = @owner AND hash = @hash",
            row => (Conversation: row.GetString(0), Before: row.GetInt64(1)),
            cancellationToken,
            ("owner", owner),
            ("hash", Said.Hash(messages)));
        try
        {
            return found is [var (id, before)] ? await AfterAsync(id, before, owner, cancellationToken) : null;
        }
        catch (KeyNotFoundException)
        {
            return null; // it was deleted
        }
    }

    /// <summary>Remembers that these messages end with the answer to a message.</summary>
    public async Task RememberAsync(string owner, IReadOnlyList<Said> messages, AgentTurn turn, CancellationToken cancellationToken)
    {
        await using var connection = await store.Database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            INSERT INTO answers (owner, hash, conversation, before) VALUES (@owner, @hash, @conversation, @before)
            ON CONFLICT (owner, hash) DO UPDATE SET conversation = @conversation, before = @before
            """,
            cancellationToken,
            ("owner", owner),
            ("hash", Said.Hash(messages)),
            ("conversation", turn.Conversation.Id),
            ("before", turn.Before));
    }

    /// <summary>A conversation as it is after the message that comes after an event: itself when it is the last, else a branch.</summary>
    /// <exception cref="KeyNotFoundException">There is no such conversation, or no such message in it.</exception>
    public async Task<LiveConversation> AfterAsync(string id, long before, string owner, CancellationToken cancellationToken)
    {
        var opened = await conversations.OpenAsync(id, owner, cancellationToken);
        var begun = await store.ReadAsync(id, before, cancellationToken)
            .Where(stored => stored.Entry.Event is RunStarted)
            .Select(stored => stored.Number)
            .Take(2)
            .ToListAsync(cancellationToken);
        return begun switch
        {
            [_] => opened,
            [_, var next] => await conversations.BranchAsync(id, next - 1, owner, cancellationToken),
            _ => throw new KeyNotFoundException($"Conversation {id} has no message after event {before}."),
        };
    }
}
