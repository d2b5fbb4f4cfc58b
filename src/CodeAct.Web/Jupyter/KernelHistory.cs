using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace CodeAct.Web.Jupyter;

/// <summary>The cells that clients of a kernel have run, for those that ask.</summary>
internal sealed class KernelHistory
{
    private const int Most = 1000;

    private readonly Queue<Cell> _cells = []; // one request at a time comes here

    private sealed record Cell(int Number, string Code, string? Shown);

    public void Add(int number, string code, string? shown)
    {
        _cells.Enqueue(new Cell(number, code, shown));
        if (_cells.Count > Most)
        {
            _cells.Dequeue();
        }
    }

    /// <summary>What is asked for: each an array of the session's number, the cell's, its code, and when wanted with its result.</summary>
    public JsonArray Answer(KernelMessage request)
    {
        var found = KernelMessage.Text(request.Content, "hist_access_type") switch
        {
            "range" => _cells.Where(
                cell => cell.Number >= request.Number("start", 0) && cell.Number < request.Number("stop", int.MaxValue)),
            "search" => Matching(KernelMessage.Text(request.Content, "pattern") ?? "*", request.Flag("unique", otherwise: false))
                .TakeLast(request.Number("n", Most)),
            _ => _cells.TakeLast(request.Number("n", Most)),
        };
        var withResults = request.Flag("output", otherwise: false);
        return new JsonArray([.. found.Select(cell => new JsonArray(
            0, cell.Number, withResults ? new JsonArray(cell.Code, cell.Shown) : JsonValue.Create(cell.Code)))]);
    }

    private IEnumerable<Cell> Matching(string pattern, bool unique)
    {
        var found = _cells.Where(cell => FileSystemName.MatchesSimpleExpression(pattern, cell.Code, ignoreCase: false));
        return unique ? found.GroupBy(cell => cell.Code).Select(same => same.Last()) : found;
    }
}
