namespace CodeAct.Llama;

/// <summary>Lets text through as it comes, up to the first stop sequence; the beginning of a possible one is held back.</summary>
internal sealed class StopScanner(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>Whether a stop sequence has come; nothing is let through after it.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes more text and gives what is certain.</summary>
    public string Push(string text)
    {
        if (Stopped)
            return "";

        _held += text;
        var end = stops.Select(stop => _held.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0)
            .DefaultIfEmpty(-1).Min();
        if (end >= 0)
        {
            Stopped = true;
            return Take(end);
        }

        return Take(_held.Length - stops.Select(Overlap).DefaultIfEmpty(0).Max());
    }

    /// <summary>What was held back, when no more comes.</summary>
    public string Flush() => Stopped ? "" : Take(_held.Length);

    private string Take(int length)
    {
        var text = _held[..length];
        _held = _held[length..];
        return text;
    }

    /// <summary>Length of the longest beginning of a stop sequence that the held text ends with.</summary>
    private int Overlap(string stop)
    {
        for (var length = Math.Min(stop.Length - 1, _held.Length); length > 0; length--)
        {
            if (_held.EndsWith(stop[..length], StringComparison.Ordinal))
                return length;
        }

        return 0;
    }
}
