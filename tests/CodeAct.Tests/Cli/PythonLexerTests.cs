using CodeAct.Cli.Terminal;

namespace CodeAct.Tests.Cli;

public sealed class PythonLexerTests
{
    [Theory]
    [InlineData(
        "def area(r):  # of a circle\n    return 3.14e-2 * r ** 2",
        "[K:def] [D:area](r):  [M:# of a circle]\n    [K:return] [N:3.14e-2] * r ** [N:2]")]
    [InlineData("x = f'a{b}' + \"it's # no comment\"", "x = [T:f'a{b}'] + [T:\"it's # no comment\"]")]
    [InlineData("'''a\n'b' \"\"\"\n''' if True else None", "[T:'''a\n'b' \"\"\"\n'''] [K:if] [C:True] [K:else] [C:None]")]
    [InlineData(@"'it\'s' rb'\' x", @"[T:'it\'s'] [T:rb'\' x]")]
    [InlineData("%time x\n!ls *.csv\ny % 2", "[A:%time x]\n[A:!ls *.csv]\ny % [N:2]")]
    [InlineData("%%bash\nls", "[A:%%bash]\nls")]
    [InlineData("@cache\nclass Ä: pass", "[D:@cache]\n[K:class] [D:Ä]: [K:pass]")]
    [InlineData("'never closed\nprint(1)", "[T:'never closed]\nprint([N:1])")]
    [InlineData("in_x = classify(lambda_)", "in_x = classify(lambda_)")]
    public void Source_is_cut_into_what_it_is(string source, string marked) => Assert.Equal(marked, Marked(source));

    [Theory]
    [InlineData("print(1)", true)]
    [InlineData("print(1,", false)]
    [InlineData("x = [1,\n2]", true)]
    [InlineData("for i in x:", false)]
    [InlineData("for i in x:\n    print(i)", false)]
    [InlineData("for i in x:\n    print(i)\n", true)]
    [InlineData("x = '''a", false)]
    [InlineData("x = '''a\nb'''", true)]
    [InlineData("x = 1 + \\", false)]
    [InlineData("@cache", false)]
    [InlineData("%%bash", false)]
    [InlineData("%%bash\nls\n", true)]
    [InlineData("x = ')'", true)]
    [InlineData("'never closed", true)]
    [InlineData("", true)]
    public void Typed_lines_are_complete_when_Python_could_run_them(string source, bool complete) =>
        Assert.Equal(complete, PythonLexer.IsComplete(source));

    [Fact]
    public void Nothing_is_lost_whatever_the_source()
    {
        var random = new Random(7);
        const string Letters = "ab1'\"\\\n#%!@ ([{}])def classf";
        for (var i = 0; i < 2000; i++)
        {
            var source = new string([.. Enumerable.Range(0, random.Next(30)).Select(_ => Letters[random.Next(Letters.Length)])]);
            Assert.Equal(source, string.Concat(PythonLexer.Tokens(source).Select(token => token.Text)));
        }
    }

    private static string Marked(string source) => string.Concat(PythonLexer.Tokens(source).Select(token => token.Kind switch
    {
        PythonTokenKind.Plain => token.Text,
        PythonTokenKind.Comment => $"[M:{token.Text}]",
        PythonTokenKind.Magic => $"[A:{token.Text}]",
        _ => $"[{token.Kind.ToString()[0]}:{token.Text}]",
    }));
}
