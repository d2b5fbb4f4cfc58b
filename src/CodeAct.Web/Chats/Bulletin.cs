using System.Collections.Concurrent;

namespace CodeAct.Web.Chats;

/// <summary>Tells who shows a list of conversations that one in it has changed: its title, what it does, or that it is gone.</summary>
internal sealed class Bulletin
{
    private readonly ConcurrentDictionary<Reader, string> _readers = [];

    /// <summary>Follows the conversations of a user until what is returned is disposed.</summary>
    /// <param name="owner">The user.</param>
    /// <param name="told">Called by whoever changed something: it must neither wait nor throw.</param>
    public IDisposable Follow(string owner, Action told)
    {
        var reader = new Reader(this, told);
        _readers[reader] = owner;
        return reader;
    }

    public void Tell(string owner)
    {
        foreach (var (reader, of) in _readers)
        {
            if (of == owner)
            {
                reader.Told();
            }
        }
    }

    private sealed class Reader(Bulletin bulletin, Action told) : IDisposable
    {
        public void Told() => told();

        public void Dispose() => bulletin._readers.TryRemove(this, out _);
    }
}
