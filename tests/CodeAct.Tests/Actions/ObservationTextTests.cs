using CodeAct.Actions;
using CodeAct.Python;

namespace CodeAct.Tests.Actions;

public sealed class ObservationTextTests
{
    private static readonly CellEnded _ok = Ended(CellStatus.Ok);

    [Fact]
    public void Output_result_and_traceback_stand_in_the_order_in_which_they_came() => Assert.Equal(
        """
        a
        b
        7
        oops
        KeyError: 'x'
        """,
        ObservationText.Of(
        [
            Out("a\n"), Out("b"), new ExecuteResult(Text("7")), new StreamText(StreamName.Stderr, "oops\n"),
            new PythonError("KeyError", "'x'", "KeyError: 'x'"), Ended(CellStatus.Raised),
        ]));

    [Fact]
    public void A_cell_that_shows_nothing_says_so() => Assert.Equal("[no output]", ObservationText.Of([_ok]));

    [Fact]
    public void A_fresh_interpreter_is_told_first_even_when_nothing_else_is_shown() => Assert.Equal(
        "[new interpreter, earlier variables are gone: it ran out of memory]\n[no output]",
        ObservationText.Of([new InterpreterRestarted("it ran out of memory."), _ok]));

    [Fact]
    public void Pictures_and_files_are_named_after_the_output() => Assert.Equal(
        "done\n[image]\n[files: plot.png, out/b.csv]",
        ObservationText.Of(
        [
            Out("done"),
            new DisplayData(new MimeBundle(new Dictionary<string, string> { ["image/png"] = "iVBO", ["text/plain"] = "<Figure>" })),
            Ended(CellStatus.Ok, files: ["plot.png", "out/b.csv"]),
        ]));

    [Fact]
    public void Of_many_files_the_first_twelve_are_named() => Assert.EndsWith(
        ", 11, 12, and 88 more]",
        ObservationText.Of([Ended(CellStatus.Ok, files: [.. Enumerable.Range(1, 100).Select(n => n.ToString())])]));

    [Theory]
    [InlineData(CellStatus.TimedOut, true, "The cell ran longer than 30 s.", "[The cell ran longer than 30 s; variables are kept]")]
    [InlineData(CellStatus.Interrupted, true, "Interrupted", "[Interrupted; variables are kept]")]
    [InlineData(CellStatus.Died, false, "Killed by SIGSEGV.", "[Killed by SIGSEGV; all variables are gone]")]
    public void How_a_cell_was_ended_is_told_with_the_truth_about_variables(
        CellStatus status, bool kept, string reason, string note) =>
        Assert.Equal(
            $"so far\n{note}",
            ObservationText.Of([Out("so far\n"), new CellEnded(status, TimeSpan.Zero, kept, reason, [])]));

    [Theory]
    [InlineData("10%\r50%\r100%\ndone\n", "100%\ndone")]
    [InlineData("10%\r100%\r", "100%")]
    [InlineData("a\r\nb\r\n", "a\nb")]
    [InlineData("\e[31mred\e[0m \e]0;title\aplain", "red plain")]
    public void Text_is_read_as_a_person_sees_it_in_a_terminal(string written, string seen) =>
        Assert.Equal(seen, ObservationText.Of([Out(written), _ok]));

    [Fact]
    public void A_progress_bar_that_arrives_in_pieces_collapses_too() =>
        Assert.Equal("100%", ObservationText.Of([Out("1%\r"), Out("50"), Out("%\r100%\n"), _ok]));

    [Fact]
    public void Long_output_keeps_head_and_tail_at_line_ends_and_counts_what_is_left_out()
    {
        var text = ObservationText.Of([Out(string.Concat(Enumerable.Range(0, 1000).Select(n => $"line {n}\n"))), _ok], budget: 200);

        Assert.StartsWith("line 0\n", text);
        Assert.EndsWith("line 999", text);
        var lines = text.Split('\n');
        var note = Assert.Single(lines, line => line.StartsWith('['));
        Assert.All(lines, line => Assert.Matches(@"^line \d+$|^\[\.\.\. \d+ characters left out \.\.\.\]$", line));
        var kept = lines.Where(line => line != note).Sum(line => line.Length + 1) - 1;
        Assert.Equal(8889, kept + int.Parse(note.Split(' ')[1]));
    }

    [Fact]
    public void One_long_line_is_cut_between_whole_characters()
    {
        var text = ObservationText.Of([Out(string.Concat(Enumerable.Repeat("🐍", 1000)) + "x"), _ok], budget: 101);

        Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.EndsWith("x", text);
        Assert.True(text.Length < 160);
    }

    [Fact]
    public void The_end_note_survives_any_amount_of_output() => Assert.EndsWith(
        "\n[Interrupted; variables are kept]",
        ObservationText.Of([Out(new string('x', 1_000_000)), new CellEnded(CellStatus.Interrupted, TimeSpan.Zero, true, "Interrupted", [])]));

    private static StreamText Out(string text) => new(StreamName.Stdout, text);

    private static MimeBundle Text(string plain) => new(new Dictionary<string, string> { ["text/plain"] = plain });

    private static CellEnded Ended(CellStatus status, params IReadOnlyList<string> files) =>
        new(status, TimeSpan.Zero, VariablesKept: true, Reason: null, files);
}
