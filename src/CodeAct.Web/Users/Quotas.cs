using CodeAct.Conversations;

namespace CodeAct.Web.Users;

/// <summary>A user has as much as a user may have; the message says of what.</summary>
public sealed class QuotaException(string message) : Exception(message);

/// <summary>How much one user may have. Who is nobody in particular has the machine, and no limits but its own.</summary>
/// <param name="store">The conversations.</param>
/// <param name="limits">How much.</param>
/// <param name="filesOf">The directory of a conversation's files.</param>
internal sealed class Quotas(IConversationStore store, AccessLimits limits, Func<string, string> filesOf)
{
    /// <summary>How many interpreters.</summary>
    public int Sessions(string owner) => owner.Length == 0 ? int.MaxValue : limits.Sessions;

    /// <summary>Refuses a conversation that would be one too many.</summary>
    /// <exception cref="QuotaException">There are as many already.</exception>
    public async Task CheckConversationsAsync(string owner, CancellationToken cancellationToken)
    {
        if (owner.Length > 0 && await store.CountAsync(owner, cancellationToken) >= limits.Conversations)
        {
            throw new QuotaException(
                $"You have {limits.Conversations} conversations, branches among them, and may not have more; delete some.");
        }
    }

    /// <summary>Refuses a file when there is no room for any; a request is small enough to be let in whole while there is some.</summary>
    /// <exception cref="QuotaException">The room is used up.</exception>
    public async Task CheckFilesAsync(string owner, CancellationToken cancellationToken)
    {
        if (owner.Length > 0)
        {
            var query = new ConversationQuery("", int.MaxValue) { Owner = owner, WithEmpty = true };
            var used = (await store.FindAsync(query, cancellationToken)).Sum(one => BytesIn(filesOf(one.Id)));
            if (used >= limits.FileBytes)
            {
                throw new QuotaException(
                    $"Your files take {used} bytes, and may take {limits.FileBytes}; delete conversations that have some.");
            }
        }
    }

    private static long BytesIn(string directory) => Directory.Exists(directory)
        ? new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
        : 0;
}
