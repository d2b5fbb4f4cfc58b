using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using CodeAct.Conversations;
using CodeAct.Web.Pages.Conversation;

namespace CodeAct.WebTests.Pages;

/// <summary>What a model or its code made, as the page shows it.</summary>
public sealed class ContentTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("x <img src=x onerror=alert(1)> y")]
    [InlineData("[a](javascript:alert(1))")]
    [InlineData("[a](JaVaScRiPt:alert(1))")]
    [InlineData("[a](data:text/html,hi)")]
    [InlineData("[a](/sign-out)")]
    [InlineData("[a](//elsewhere.example)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![a](http://elsewhere.example/counts.png)")]
    [InlineData("![a](sandbox:/mnt/data/../../../api/conversations)")]
    [InlineData("![a](sandbox:/mnt/data/%2e%2e/%2e%2e/sign-out)")]
    [InlineData("[a][b]\n\n[b]: vbscript:x")]
    public void Nothing_that_a_model_says_is_run_fetched_or_leads_into_the_server(string markdown)
    {
        using var html = new HtmlParser().ParseDocument(MarkdownText.Html(markdown, "abc").Value);
        Assert.Empty(html.QuerySelectorAll("script, img, iframe, [onerror], a"));
    }

    [Fact]
    public void Links_to_the_web_open_elsewhere_and_files_of_the_workspace_are_those_of_the_conversation()
    {
        using var html = new HtmlParser().ParseDocument(MarkdownText.Html(
            "[docs](https://docs.example/a) and ![plot](sandbox:/mnt/data/out/my%20plot.png) and [table](sandbox:/mnt/data/t.csv)", "abc").Value);
        var links = html.QuerySelectorAll("a");
        Assert.Equal(["https://docs.example/a", "/api/conversations/abc/files/t.csv"], links.Select(link => link.GetAttribute("href")));
        Assert.Equal(("noopener noreferrer nofollow", "_blank"), (links[0].GetAttribute("rel"), links[0].GetAttribute("target")));
        Assert.Equal("/api/conversations/abc/files/out/my%20plot.png?inline=true", html.QuerySelector("img")!.GetAttribute("src"));
    }

    [Theory]
    [InlineData("def f(x):\n    return x + 1  # one more", "k:def|k:return|n:1|c:# one more")]
    [InlineData("f'{a}' + \"it's\"", "s:f'{a}'|s:\"it's\"")]
    [InlineData("'''a\n# no comment\n'''\nNone", "s:'''a\n# no comment\n'''|k:None")]
    [InlineData("%pip install x\n@cached\nx = 0xff", "d:%pip install x|d:@cached|n:0xff")]
    [InlineData("x = 'never closed\ny = len(x)", "s:'never closed|b:len")]
    [InlineData("definition = informal", "")]
    public void Python_has_its_words_in_colours(string code, string expected)
    {
        var html = PythonCode.Html(code).Value;
        var coloured = Regex.Matches(html, "<span class=\"(?<kind>.)\">(?<text>.*?)</span>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.Equal(expected, string.Join('|', coloured.Select(match => $"{match.Groups["kind"].Value}:{WebUtility.HtmlDecode(match.Groups["text"].Value)}")));
    }

    [Theory]
    [InlineData("'''", 16_000)]
    [InlineData("<b>&\"", 10_000)]
    [InlineData("'\\", 25_000)]
    [InlineData("\"\\\n", 16_000)]
    [InlineData("rb", 25_000)]
    [InlineData(" ", 50_000)]
    [InlineData("\n ", 25_000)]
    public void Whatever_the_code_is_its_colours_leave_the_text_as_it_is_and_come_at_once(string piece, int times)
    {
        var code = string.Concat(Enumerable.Repeat(piece, times));
        var started = Stopwatch.GetTimestamp();
        using var html = new HtmlParser().ParseDocument("<pre>x" + PythonCode.Html(code).Value + "</pre>");
        Assert.Equal($"x{code}", html.QuerySelector("pre")!.TextContent);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), $"It took {Stopwatch.GetElapsedTime(started)}.");
    }

    [Fact]
    public void A_data_frame_becomes_a_table_of_words()
    {
        var table = DataTable.Of(
            """
            <div><style scoped>td { color: red }</style><script>alert(1)</script>
            <table border="1" class="dataframe" onclick="alert(1)">
              <thead><tr style="text-align: right;"><th></th><th>name</th><th>price</th></tr></thead>
              <tbody><tr><th>0</th><td><b>a</b> &amp; <img src=x onerror=alert(1)>b</td><td>10.5</td></tr><tr><th>1</th><td>"c", d</td><td>9</td></tr>
              <tr><th>2</th><td>e</td><td>NaN</td></tr></tbody>
            </table><p>3 rows × 2 columns</p></div>
            """)!;
        Assert.Equal(["", "name", "price"], table.Columns);
        Assert.Equal(["0", "a & b", "10.5"], table.Rows[0]);
        Assert.Equal("3 rows × 2 columns", table.Note);
        Assert.Equal(",name,price\r\n0,a & b,10.5\r\n1,\"\"\"c\"\", d\",9\r\n2,e,NaN\r\n", table.ToCsv());
        Assert.Equal((true, false, true), (table.IsNumeric(0), table.IsNumeric(1), table.IsNumeric(2)));
        Assert.Equal(["9", "10.5", "NaN"], table.By(2, isDescending: false).Select(row => row[2]));
        Assert.Equal(["10.5", "9", "NaN"], table.By(2, isDescending: true).Select(row => row[2]));
    }

    [Fact]
    public void Columns_of_several_levels_have_both_names()
    {
        var table = DataTable.Of(
            """
            <table><thead><tr><th></th><th colspan="2">price</th></tr><tr><th></th><th>min</th><th>max</th></tr><tr><th>shop</th><th></th><th></th></tr></thead>
            <tbody><tr><th>A</th><td>1</td><td>2</td></tr></tbody></table>
            """)!;
        Assert.Equal(["shop", "price min", "price max"], table.Columns);
        Assert.Equal(["A", "1", "2"], Assert.Single(table.Rows));
    }

    [Theory]
    [InlineData("<p>no table</p>")]
    [InlineData("<table></table>")]
    [InlineData("<table><tr><td>1</td></tr></table><table><tr><td>2</td></tr></table>")]
    [InlineData("<table><tr><td><table><tr><td>2</td></tr></table></td></tr></table>")]
    [InlineData("<table><tr><td rowspan='2'>1</td></tr><tr></tr></table>")]
    public void What_is_no_plain_table_is_shown_otherwise(string html) => Assert.Null(DataTable.Of(html));

    [Fact]
    public void A_small_text_that_claims_to_be_a_huge_table_costs_little()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(DataTable.Of($"<table><tr>{string.Concat(Enumerable.Repeat("<td colspan=1000>x", 5_000))}</table>"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000); // each of its 5 million cells would have been 8 bytes, twice
    }

    // a: 1 … 4 | 5 … 9; b and c part from a after 4, d from b after 4 too, e from b after 7
    [Theory]
    [InlineData("a", 5, "a b c d")]
    [InlineData("b", 5, "a b c d")]
    [InlineData("d", 5, "a b c d")]
    [InlineData("b", 8, "b e")]
    [InlineData("e", 8, "b e")]
    [InlineData("e", 5, "a e c d")]
    [InlineData("a", 8, "a")]
    [InlineData("a", 1, "a")]
    public void A_message_has_a_version_for_each_branch_that_parts_at_it(string id, long number, string expected)
    {
        var at = DateTimeOffset.UnixEpoch;
        ConversationSummary One(string name, long events, ConversationOrigin? origin) => new(name, at, at, "", "", events, origin, "", "a");
        var branches = new Branches(
        [
            One("a", 9, null),
            One("b", 9, new ConversationOrigin("a", 4)),
            One("c", 9, new ConversationOrigin("a", 4)),
            One("d", 9, new ConversationOrigin("b", 4)),
            One("e", 9, new ConversationOrigin("b", 7)),
        ]);
        Assert.Equal(expected, string.Join(' ', branches.At(id, number)));
    }
}
