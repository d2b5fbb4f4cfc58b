using System.Text;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>Text that grows, of which the beginning and the end are kept.</summary>
internal sealed class LongText
{
    /// <summary>Characters of the beginning that are kept, and of the end.</summary>
    public const int Kept = 100_000;

    private readonly StringBuilder _head = new();
    private readonly StringBuilder _tail = new();
    private long _leftOut;

    public void Append(string text)
    {
        var first = Math.Min(text.Length, Kept - _head.Length);
        _head.Append(text, 0, first);
        _tail.Append(text, first, text.Length - first);
        if (_tail.Length > 2 * Kept) // not each time, for what is cut off is moved
        {
            CutTail();
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        CutTail();
        return _leftOut == 0 ? $"{_head}{_tail}" : $"{_head}\n… [{_leftOut:#,0} characters are left out here] …\n{_tail}";
    }

    private void CutTail()
    {
        var excess = Math.Max(0, _tail.Length - Kept);
        _tail.Remove(0, excess);
        _leftOut += excess;
    }
}
