namespace CodeAct.Python;

/// <summary>The sessions of an engine that keep automatic checkpoints, the one that took one last at the end.</summary>
internal sealed class ProtectedSessions(int most, IdleWork idleWork)
{
    private readonly List<LocalSession> _sessions = [];

    /// <summary>The session has taken one; when there are too many, the first gives up its own.</summary>
    public void Add(LocalSession session)
    {
        lock (_sessions)
        {
            _sessions.Remove(session);
            _sessions.Add(session);
            if (_sessions.Count > most)
            {
                _ = idleWork.RunAsync(_sessions[0].UnprotectAsync);
                _sessions.RemoveAt(0);
            }
        }
    }

    public void Remove(LocalSession session)
    {
        lock (_sessions)
        {
            _sessions.Remove(session);
        }
    }
}
