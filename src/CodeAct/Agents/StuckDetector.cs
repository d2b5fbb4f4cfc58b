namespace CodeAct.Agents;

/// <summary>Notices that actions lead nowhere: the same again, the same error again, two that take turns.</summary>
/// <param name="times">How often the same must happen.</param>
internal sealed class StuckDetector(int times)
{
    private readonly List<Step> _steps = [];

    private readonly record struct Step(string Action, string Outcome, string? Error)
    {
        public bool Repeats(Step other) => Action == other.Action && Outcome == other.Outcome;
    }

    /// <summary>Takes an action and what came of it.</summary>
    /// <param name="action">The code or the call.</param>
    /// <param name="outcome">The observation.</param>
    /// <param name="error">The error it ended with; null for none.</param>
    /// <returns>What goes round in circles, as a clause; null while nothing does. Counting starts anew after one.</returns>
    public string? Take(string action, string outcome, string? error)
    {
        _steps.Add(new Step(action.Trim(), outcome, error));
        var pattern = Pattern();
        if (pattern is not null)
        {
            _steps.Clear();
        }

        return pattern;
    }

    private string? Pattern()
    {
        if (Last(times) is { } same && same.All(same[0].Repeats))
        {
            return $"the same action had the same result {times} times in a row";
        }

        if (Last(times + 1) is { } failed && failed[0].Error is { } error && failed.All(step => step.Error == error))
        {
            return $"{times + 1} actions in a row ended with the same error";
        }

        return Last(2 * times) is { } turns && turns.Index().All(step => step.Item.Repeats(turns[step.Index % 2]))
            ? $"two actions took turns {times} times with the same results"
            : null;
    }

    private List<Step>? Last(int count) => _steps.Count >= count ? _steps[^count..] : null;
}
