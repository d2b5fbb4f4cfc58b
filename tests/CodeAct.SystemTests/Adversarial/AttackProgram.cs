namespace CodeAct.SystemTests.Adversarial;

/// <summary>How a hostile program has to end. In every case nothing forbidden has happened and nobody else was disturbed.</summary>
public enum Expectation
{
    /// <summary>By itself or by a limit; the session may be lost.</summary>
    Contained,

    /// <summary>The session answers afterwards and still has its variables.</summary>
    Lives,

    /// <summary>At the soft limit: interrupted, with its variables kept.</summary>
    Soft,

    /// <summary>At the hard limit: it ignores interrupts and is killed.</summary>
    Hard,

    /// <summary>The forbidden thing raised an error, and the program says so.</summary>
    Refused,

    /// <summary>With the interpreter, for a reason that the result names.</summary>
    Died,
}

/// <summary>One hostile program: a Python file that begins with lines of <c># name: value</c>.</summary>
/// <remarks>
/// <c># %%</c> begins a further cell. <c># %% checkpoint</c> and <c># %% rollback</c> have the host take a checkpoint and go back to it before.
/// </remarks>
/// <param name="Name">Its path below the programs' directory, without the ending.</param>
/// <param name="Attempt">What it tries, for the reader of a failure.</param>
/// <param name="Expect">How its last cell must end.</param>
/// <param name="Floor">The same without namespaces; null when it is not run there.</param>
/// <param name="Reason">What the result's reason must contain.</param>
/// <param name="Limit">The soft limit of each of its cells.</param>
/// <param name="Cells">What the host is to do before each cell, and its source.</param>
internal sealed record AttackProgram(
    string Name, string Attempt, Expectation Expect, Expectation? Floor, string? Reason, TimeSpan Limit, IReadOnlyList<(string Action, string Source)> Cells)
{
    private const string NextCell = "# %%";

    public const string Checkpoint = "checkpoint";
    public const string Rollback = "rollback";

    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(500);

    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Adversarial", "programs");

    public static IReadOnlyList<AttackProgram> All { get; } =
    [
        .. Directory.EnumerateDirectories(Root)
            .SelectMany(category => Directory.EnumerateFiles(category, "*.py"))
            .Order(StringComparer.Ordinal)
            .Select(file => Parse(Path.ChangeExtension(Path.GetRelativePath(Root, file), null), File.ReadAllText(file))),
    ];

    public string Category => Name[..Name.IndexOf('/')];

    public static AttackProgram Named(string name) => All.Single(program => program.Name == name);

    private static AttackProgram Parse(string name, string text)
    {
        var lines = text.Split('\n');
        var header = lines.TakeWhile(line => line.StartsWith("# ", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal))
            .Select(line => line[2..].Split(": ", 2))
            .ToDictionary(field => field[0], field => field[1], StringComparer.Ordinal);
        if (header.Keys.Except(["attempt", "expect", "floor", "reason", "limit"]).FirstOrDefault() is { } unknown)
        {
            throw new FormatException($"'{name}' has a header line '{unknown}', which means nothing here.");
        }

        var expect = Enum.Parse<Expectation>(header["expect"], ignoreCase: true);
        Expectation? floor = header.GetValueOrDefault("floor", "no") switch
        {
            "no" => null,
            "yes" => expect,
            var other => Enum.Parse<Expectation>(other, ignoreCase: true),
        };
        var limit = header.TryGetValue("limit", out var seconds) ? TimeSpan.FromSeconds(double.Parse(seconds)) : _limit;
        var cells = $" \n{string.Join('\n', lines.Skip(header.Count))}".Split('\n' + NextCell).Select(cell => cell.Split('\n', 2));
        return new AttackProgram(
            name, header["attempt"], expect, floor, header.GetValueOrDefault("reason"), limit, [.. cells.Select(cell => (cell[0].Trim(), cell.ElementAtOrDefault(1) ?? ""))]);
    }
}
