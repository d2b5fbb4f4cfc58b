using CodeAct.Conversations;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>Where the branches of a conversation part.</summary>
/// <param name="family">A conversation with all of its branches, in the order in which they began.</param>
internal sealed class Branches(IReadOnlyList<ConversationSummary> family)
{
    private readonly Dictionary<string, ConversationSummary> _all = family.ToDictionary(one => one.Id);

    /// <summary>The conversations that part just before an event of one of them, that one's own line among them; at least it.</summary>
    /// <param name="id">The one.</param>
    /// <param name="number">The number of the event.</param>
    public IReadOnlyList<string> At(string id, long number)
    {
        if (!_all.ContainsKey(id))
        {
            return [id];
        }

        var line = Owner(id, number); // whose event it is
        var trunk = Owner(id, number - 1);
        var parting = family
            .Where(one => one.Origin is { } origin && origin.At == number - 1 && _all.ContainsKey(origin.Id)
                && Owner(origin.Id, origin.At) == trunk)
            .Select(one => one.Id);
        IEnumerable<string> own = _all[trunk].Events >= number ? [trunk] : []; // it may have been left before it came to this
        var all = own.Concat(parting).Distinct().Select(one => one == line ? id : one).ToList();
        return all.Contains(id) ? all : [id];
    }

    // The conversation in which an event was new.
    private string Owner(string id, long number) =>
        _all[id].Origin is { } origin && number <= origin.At && _all.ContainsKey(origin.Id) ? Owner(origin.Id, number) : id;
}
