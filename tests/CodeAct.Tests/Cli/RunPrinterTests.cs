using CodeAct.Agents;
using CodeAct.Cli.Terminal;
using CodeAct.Python;
using Microsoft.Extensions.Time.Testing;

namespace CodeAct.Tests.Cli;

public sealed class RunPrinterTests
{
    private static readonly IReadOnlyList<AgentEvent> _run =
    [
        new RunStarted("What do toys cost?", ["shop.csv"], "scripted:model", "Be good."),
        new ModelText("Let me "), new ModelText("look.\n<exec"), new ModelText("ute>\nimport pandas as pd\ndf = pd.read_csv(files[0])\n"),
        Reply("Let me look.\n<execute>\nimport pandas as pd\ndf = pd.read_csv(files[0])\n</execute>"),
        new CellStarted("import pandas as pd\ndf = pd.read_csv(files[0])"),
        Finished(CellStatus.Ok),
        Reply(""),
        new ReplyRejected("Your reply was empty."),
        Reply("```python\nfor i in range(2):\n    print(i)\n1/0\n```"),
        new CellStarted("for i in range(2):\n    print(i)\n1/0"),
        new CellOutput(new InterpreterRestarted("it crashed")),
        new CellOutput(new StreamText(StreamName.Stdout, "0\n1")),
        new CellOutput(new StreamText(StreamName.Stderr, "50%\r100%\n\e[31mred\e[0m")),
        new CellOutput(new DisplayData(Bundle("image/png", "iVBO"))),
        new CellOutput(new PythonError("ZeroDivisionError", "", "Traceback:\n  line 3\nZeroDivisionError")),
        Finished(CellStatus.TimedOut, "The cell reached its time limit of 2 s."),
        Reply("Toys cost **15**.\n\nOn average."),
        new RunEnded(StopReason.Answered, "Toys cost **15**.\n\nOn average.", new RunTotals(4, 2, 100, 40, TimeSpan.FromSeconds(4))),
    ];

    [Fact]
    public void A_pipe_gets_the_run_as_plain_text() => Golden.Match(Printed(_run), "run");

    [Fact]
    public void A_run_from_its_log_prints_the_same_as_the_live_one() =>
        Assert.Equal(Printed(_run), Printed(_run.Where(happened => happened is not ModelText)));

    [Fact]
    public void A_run_without_an_answer_says_why() =>
        Assert.StartsWith(
            "Stopped: the limit of cells for one message was reached.",
            Printed([new RunEnded(StopReason.CellLimit, null, new RunTotals(1, 1, 0, 0, default))]));

    [Fact]
    public void Of_a_flood_of_output_the_beginning_is_shown_and_the_rest_counted()
    {
        var flood = new CellOutput(new StreamText(StreamName.Stdout, new string('x', 9_999) + "\n"));
        var printed = Printed([new CellStarted("x"), flood, flood, flood, Finished(CellStatus.Ok)]);

        Assert.Contains("10,000 more characters", printed);
        Assert.True(printed.Length < 21_000);
    }

    private static string Printed(IEnumerable<AgentEvent> events)
    {
        using var writer = new StringWriter();
        var time = new FakeTimeProvider();
        using var screen = Screen.Plain(writer, time);
        var printer = new RunPrinter(screen, time);
        foreach (var happened in events)
        {
            printer.Show(happened);
        }

        return writer.ToString();
    }

    private static ReplyEnded Reply(string text) => new(text, 25, 10, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.5));

    private static CellFinished Finished(CellStatus status, string? reason = null) =>
        new(new CellEnded(status, TimeSpan.FromSeconds(status is CellStatus.Ok ? 0.1 : 2), true, reason, []), "");

    private static MimeBundle Bundle(string type, string data) => new(new Dictionary<string, string> { [type] = data });
}
