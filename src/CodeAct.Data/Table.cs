namespace CodeAct.Data;

/// <summary>What a column holds.</summary>
internal enum Holds
{
    /// <summary>A name of its own for every row.</summary>
    Label,

    /// <summary>One of a few texts.</summary>
    Category,

    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Days as <c>2024-05-31</c>.</summary>
    Date,

    /// <summary>Something that nobody asks about, such as a year or a running number.</summary>
    Other,
}

/// <summary>One column of a table.</summary>
/// <param name="Name">As it stands in the file.</param>
/// <param name="Spoken">As a person calls it.</param>
/// <param name="Holds">What is in it.</param>
/// <param name="Cells">The text of every row; empty where a value is missing.</param>
internal sealed record Column(string Name, string Spoken, Holds Holds, string[] Cells)
{
    public double?[] Numbers { get; init; } = [];

    public IEnumerable<double> Known => Numbers.Where(number => number is not null).Select(number => number!.Value);

    public string Quoted => PythonLiteral.Quote(Name);
}

/// <summary>A made-up CSV file.</summary>
/// <param name="FileName">Such as <c>orders.csv</c>.</param>
/// <param name="Row">What a row is: <c>order</c>.</param>
/// <param name="Rows">Its plural.</param>
/// <param name="Columns">In the order of the file.</param>
internal sealed record Table(string FileName, string Row, string Rows, IReadOnlyList<Column> Columns)
{
    public int Count => Columns[0].Cells.Length;

    public IReadOnlyList<Column> Of(Holds holds) => [.. Columns.Where(column => column.Holds == holds)];

    public DataFile File
    {
        get
        {
            var header = string.Join(',', Columns.Select(column => column.Name));
            var rows = Enumerable.Range(0, Count).Select(row => string.Join(',', Columns.Select(column => column.Cells[row])));
            return new DataFile(FileName, string.Join('\n', [header, .. rows, ""]));
        }
    }
}
