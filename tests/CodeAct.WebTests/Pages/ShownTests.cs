using CodeAct.Conversations;
using CodeAct.Web.Pages.Conversation;

namespace CodeAct.WebTests.Pages;

/// <summary>What hostile text becomes on the page, and tables, and branches.</summary>
public sealed class ShownTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "<script")]
    [InlineData("[x](javascript:alert(1))", "javascript:")]
    [InlineData("[x](data:text/html,hm)", "data:")]
    [InlineData("![x](https://evil.example/y.png)", "<img")]
    [InlineData("<https://ok.example> <javascript:alert(1)>", "href=\"javascript")]
    [InlineData("[x](vbscript:a)", "vbscript:")]
    public void Markdown_makes_nothing_that_does_anything(string markdown, string never) =>
        Assert.DoesNotContain(never, MarkdownText.Html(markdown, "c1").Value, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void A_file_of_the_sandbox_is_a_file_of_the_conversation()
    {
        var html = MarkdownText.Html("[data](sandbox:/mnt/data/my%20file.csv) ![plot](sandbox:/mnt/data/plot.png)", "c1").Value;
        Assert.Contains("href=\"/api/conversations/c1/files/my%20file.csv\"", html, StringComparison.Ordinal);
        Assert.Contains("src=\"/api/conversations/c1/files/plot.png?inline=true\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x = 'a\\'b' # no", "<span class=\"s\">&#39;a\\&#39;b&#39;</span> <span class=\"c\"># no</span>")]
    [InlineData("def f(n): return n < 2", "<span class=\"k\">def</span> f(n): <span class=\"k\">return</span> n &lt; <span class=\"n\">2</span>")]
    [InlineData("'''a\n</script>", "<span class=\"s\">&#39;&#39;&#39;a\n&lt;/script&gt;</span>")]
    [InlineData("%timeit print(1)", "<span class=\"d\">%timeit print</span>(<span class=\"n\">1</span>)")]
    public void Python_is_coloured_and_escaped(string code, string expected) => Assert.EndsWith(expected, PythonCode.Html(code).Value, StringComparison.Ordinal);

    [Fact]
    public void A_table_is_its_words()
    {
        var table = DataTable.Of(
            "<div><style>td{}</style><table border=1><thead><tr><th></th><th>a</th></tr></thead><tbody><tr><th>0</th><td>&lt;x&gt; \"q\"</td></tr>"
            + "<tr><th>1</th><td>2,5</td></tr></tbody></table><p>2 rows × 1 columns</p></div>")!;
        Assert.Equal(["", "a"], table.Columns);
        Assert.Equal(["0", "<x> \"q\""], table.Rows[0]);
        Assert.Equal("2 rows × 1 columns", table.Note);
        Assert.Equal(",a\r\n0,\"<x> \"\"q\"\"\"\r\n1,\"2,5\"\r\n", table.ToCsv());
        Assert.Null(DataTable.Of("<p>no table</p>"));
        Assert.Null(DataTable.Of("<table><tr><td>1</td></tr></table><table><tr><td>2</td></tr></table>"));
    }

    [Fact]
    public void Numbers_are_sorted_as_numbers()
    {
        var table = new DataTable(["n"], [["10"], ["9"], ["-1e3"]], null);
        Assert.Equal(["-1e3", "9", "10"], table.By(0, isDescending: false).Select(row => row[0]));
        Assert.Equal(["10", "9", "-1e3"], table.By(0, isDescending: true).Select(row => row[0]));
    }

    [Fact]
    public void Versions_of_a_message_are_found_also_from_branches_of_branches()
    {
        // b and d are other versions of a's second message, which begins at 11; e is another version of what followed in b.
        var branches = new Branches([One("a", 20, null), One("b", 30, ("a", 10)), One("d", 15, ("b", 10)), One("e", 33, ("b", 25))]);
        Assert.Equal(["a", "b", "d"], branches.At("a", 11));
        Assert.Equal(["a", "b", "d"], branches.At("d", 11));
        Assert.Equal(["a", "e", "d"], branches.At("e", 11)); // it is on b's line
        Assert.Equal(["b", "e"], branches.At("e", 26));
        Assert.Equal(["a"], branches.At("a", 1));
    }

    private static ConversationSummary One(string id, long events, (string Id, long At)? origin) => new(
        id, default, default, "", "", events, origin is { } from ? new ConversationOrigin(from.Id, from.At) : null, "", "a");
}
