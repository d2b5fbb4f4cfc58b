using System.Text;

namespace CodeAct.Data;

/// <summary>The result of an evaluation, printed as a Markdown table with the worst family first.</summary>
public sealed class EvaluationReport
{
    private readonly string _model;
    private readonly IReadOnlyList<Outcome> _outcomes;

    internal EvaluationReport(string model, IReadOnlyList<Outcome> outcomes)
    {
        _model = model;
        _outcomes = [.. outcomes.Where(outcome => outcome.Counts)];
    }

    /// <summary>Success in per cent with its 95 % interval, by family.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("| family | unseen content | unseen wordings | unseen tools | first action forced wrong |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: |\n");
        var families = _outcomes.GroupBy(outcome => outcome.Task.Family);
        foreach (var family in families.OrderBy(family => Share(family.Where(outcome => !outcome.Forced))))
        {
            Row(text, family.Key, [.. family]);
        }

        Row(text, "**all**", _outcomes);
        var own = _outcomes.Where(outcome => !outcome.Forced).ToArray();
        var stumbled = own.Where(outcome => outcome.Stumbled).ToArray();
        text.Append($"\n{_model}: {own.Length} tasks. A cell of its own raised in {stumbled.Length} of them; ");
        text.Append($"of these {Rate(stumbled)} ended in the right answer.\n");
        return text.ToString();
    }

    /// <summary>Every failed attempt with its whole conversation, those of the worst kinds first.</summary>
    public string Failures()
    {
        var text = new StringBuilder();
        foreach (var kind in _outcomes.GroupBy(outcome => $"{outcome.Task.Family}/{outcome.Task.Kind}").OrderBy(Share))
        {
            foreach (var outcome in kind.Where(outcome => !outcome.Solved))
            {
                var forced = outcome.Forced ? " (forced mistake)" : "";
                text.Append($"## {outcome.Task.Id}{forced}: {outcome.Attempt!.Failure}\n\n");
                foreach (var message in outcome.Attempt.Messages.Skip(1))
                {
                    text.Append($"{message.Role}: {message.Text}\n");
                }

                text.Append('\n');
            }
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, IReadOnlyList<Outcome> outcomes)
    {
        text.Append($"| {name} ");
        foreach (var split in new[] { Split.Content, Split.Wording, Split.Tools })
        {
            text.Append($"| {Rate(outcomes.Where(outcome => !outcome.Forced && outcome.Task.Split == split))} ");
        }

        text.Append($"| {Rate(outcomes.Where(outcome => outcome.Forced))} |\n");
    }

    private static double Share(IEnumerable<Outcome> outcomes) =>
        outcomes.Select(outcome => outcome.Solved ? 1.0 : 0).DefaultIfEmpty(1).Average();

    // Wilson's interval, which holds for few tasks and near 0 and 100 % too.
    private static string Rate(IEnumerable<Outcome> outcomes)
    {
        var all = outcomes.ToArray();
        if (all.Length == 0)
        {
            return "–";
        }

        const double Z = 1.96;
        var (n, share) = ((double)all.Length, Share(all));
        var middle = (share + (Z * Z / (2 * n))) / (1 + (Z * Z / n));
        var half = Z / (1 + (Z * Z / n)) * Math.Sqrt((share * (1 - share) / n) + (Z * Z / (4 * n * n)));
        var (low, high) = (Math.Max(0, middle - half), Math.Min(1, middle + half));
        return $"{100 * share:0} % ({100 * low:0}–{100 * high:0}, n = {all.Length})";
    }
}
