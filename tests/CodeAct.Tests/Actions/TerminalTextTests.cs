using CodeAct.Actions;

namespace CodeAct.Tests.Actions;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain ä 🐍\ttab\n", "plain ä 🐍\ttab\n")]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("\e]0;title\aafter", "after")]
    [InlineData("\e]8;;http://x\e\\link", "link")]
    [InlineData("\e(Bcharset", "charset")]
    [InlineData("\e[2J\e[Hgone\u009b31m\0\b\u007f", "gone31m")]
    [InlineData("\e]0;without end\nnext \ePbinary\nlast", "\nnext \nlast")]
    [InlineData("10%\r99%\rdone\n", "done\n")]
    [InlineData("dos\r\nline\r\n", "dos\nline\n")]
    [InlineData("last\r", "last")]
    public void Only_text_is_left_however_it_is_cut(string text, string safe)
    {
        Assert.Equal(safe, TerminalText.Clean(text));
        var one = new TerminalText(live: false);
        Assert.Equal(safe, string.Concat(text.Select(letter => one.Feed(letter.ToString()))) + one.Rest());
    }

    [Fact]
    public void A_terminal_sees_a_progress_bar_move()
    {
        var live = new TerminalText(live: true);

        Assert.Equal("10%\r99%", live.Feed("10%\r") + live.Feed("99%\r"));
        Assert.Equal("\n", live.Feed("\n"));
    }
}
