using CodeAct.Cli.Terminal;

namespace CodeAct.Tests.Cli;

public sealed class LineEditorTests
{
    private readonly LineEditor _editor = new(["first", "second"]);

    [Fact]
    public void Letters_go_in_where_the_cursor_is()
    {
        Type("hello");
        Press(ConsoleKey.Home);
        Type("> ");
        Press(ConsoleKey.End);
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.Backspace);
        Press(ConsoleKey.Delete);

        Assert.Equal(("> hel", 5), (_editor.Text, _editor.Cursor));
    }

    [Fact]
    public void Words_and_ends_are_deleted_as_in_a_shell()
    {
        Type("one two, three");
        Press(ConsoleKey.W, control: true);
        Assert.Equal("one two, ", _editor.Text);
        Press(ConsoleKey.B, alt: true);
        Press(ConsoleKey.K, control: true);
        Assert.Equal("one ", _editor.Text);
        Press(ConsoleKey.U, control: true);
        Assert.Equal("", _editor.Text);
    }

    [Fact]
    public void A_character_of_two_code_units_is_one()
    {
        Type("a🐍b");
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.Backspace);

        Assert.Equal(("ab", 1), (_editor.Text, _editor.Cursor));
    }

    [Fact]
    public void Earlier_lines_come_back_and_the_new_one_is_kept()
    {
        Type("new");
        Press(ConsoleKey.UpArrow);
        Assert.Equal("second", _editor.Text);
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Assert.Equal("first", _editor.Text);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Assert.Equal("new", _editor.Text);
    }

    [Fact]
    public void The_line_ends_by_enter_ctrl_c_or_ctrl_d_when_it_is_empty()
    {
        Assert.Equal(EditOutcome.EndOfInput, Press(ConsoleKey.D, control: true));
        Type("x");
        Press(ConsoleKey.LeftArrow);
        Assert.Equal(EditOutcome.Editing, Press(ConsoleKey.D, control: true));
        Assert.Equal("", _editor.Text);
        Assert.Equal(EditOutcome.Done, Press(ConsoleKey.Enter));
        Assert.Equal(EditOutcome.Cancelled, Press(ConsoleKey.C, control: true));
    }

    private void Type(string text)
    {
        foreach (var letter in text)
        {
            _editor.Press(new ConsoleKeyInfo(letter, ConsoleKey.None, shift: false, alt: false, control: false));
        }
    }

    private EditOutcome Press(ConsoleKey key, bool control = false, bool alt = false) =>
        _editor.Press(new ConsoleKeyInfo('\0', key, shift: false, alt, control));
}
