namespace CodeAct.Data;

/// <summary>Tasks of one sort.</summary>
/// <param name="Name">Such as <c>lists</c>.</param>
/// <param name="Weight">Its share of the mix, in per cent or any unit.</param>
/// <param name="Kinds">The questions it asks.</param>
internal sealed record Family(string Name, double Weight, IReadOnlyList<Kind> Kinds)
{
    /// <summary>Tool sets are held out only where there are tools.</summary>
    public bool Has(Split split) => split != Split.Tools || Name == "tools";

    public (Kind Kind, Content Content) Make(Draw draw)
    {
        var kind = draw.Pick(Kinds, kind => kind.Weight);
        return (kind, kind.Make(draw));
    }
}

/// <summary>One question of a family.</summary>
/// <param name="Name">Such as <c>median</c>.</param>
/// <param name="Make">Draws everything about one task of this kind.</param>
internal sealed record Kind(string Name, Func<Draw, Content> Make)
{
    public double Weight { get; init; } = 1;
}

/// <summary>A task before it has an id.</summary>
internal sealed record Content(IReadOnlyList<DataTurn> Turns)
{
    public Content(DataTurn turn)
        : this([turn])
    {
    }

    public IReadOnlyList<DataFile> Files { get; init; } = [];

    public string? Setup { get; init; }
}
