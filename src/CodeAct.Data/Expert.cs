namespace CodeAct.Data;

/// <summary>Writes actions and answers, always in the same way: a small model has to be able to learn it.</summary>
internal static class Expert
{
    /// <summary>An answer with the observation in it.</summary>
    public static Func<string, string> Say(string template) =>
        observation => template.Replace("{out}", observation.Trim(), StringComparison.Ordinal);

    /// <summary>An answer that begins with yes or no, after a cell that printed True or False.</summary>
    public static Func<string, string> Verdict(string yes, string no) =>
        observation => observation.Trim() == "True" ? $"Yes, {yes}." : $"No, {no}.";

    /// <summary>A heading, then one line for each entry of a printed dictionary or list of pairs.</summary>
    public static Func<string, string> Lines(string heading) =>
        observation => $"{heading}:\n{string.Join('\n', PythonLiteral.Entries(observation))}";

    /// <summary>The ways on which an import was forgotten.</summary>
    public static IReadOnlyList<Step> MissingImport(Step right)
    {
        var lines = right.Code.Split('\n');
        var import = lines[0];
        var name = import.Split(' ')[^1];
        return
        [
            right with { Code = string.Join('\n', lines[1..]), Raises = "NameError" },
            new Step($"{name} was not imported. I import it and try again.", right.Code),
        ];
    }

    /// <summary>The way on which the last line has something wrong in it; what came before lives on.</summary>
    public static IReadOnlyList<Step> WrongLastLine(Step right, string part, string wrong, string raises, string thought)
    {
        var cut = right.Code.LastIndexOf('\n') + 1;
        var (before, last) = (right.Code[..cut], right.Code[cut..]);
        return last.Contains(part, StringComparison.Ordinal)
            ?
            [
                right with { Code = before + last.Replace(part, wrong, StringComparison.Ordinal), Raises = raises },
                new Step(thought, last),
            ]
            : throw new ArgumentException($"The last line of '{right.Code}' has no '{part}'.", nameof(part));
    }

    /// <summary>The way on which some part of the code is wrong and the whole is written again.</summary>
    public static IReadOnlyList<Step> WrongPart(Step right, string part, string wrong, string raises, string thought) =>
    [
        right with { Code = right.Code.Replace(part, wrong, StringComparison.Ordinal), Raises = raises },
        right with { Thought = thought },
    ];
}
