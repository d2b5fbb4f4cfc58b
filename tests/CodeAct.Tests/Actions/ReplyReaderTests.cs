using CodeAct.Actions;

namespace CodeAct.Tests.Actions;

public sealed class ReplyReaderTests
{
    private const string Fence = "```";
    private const string Ran = "print(1)";

    /// <summary>What the model wrote, and the code that is run; null when it is an answer.</summary>
    public static TheoryData<string, string?> Replies => new()
    {
        { "<execute>\nprint(1)\n</execute>", Ran },
        { "<execute>print(1)</execute>", Ran },
        { "<execute> print(1) </execute>", Ran },
        { "Look first.\n<execute>\nprint(1)\n</execute> and then", Ran },
        { "I run <execute>\nprint(1)\n</execute>", Ran },
        { "<execute>\nprint(1)\n</execute>\n<execute>\nprint(2)\n</execute>", Ran },
        { "<execute>\nfor i in x:\n    print(i)\n\n</execute>", "for i in x:\n    print(i)" },
        { "<execute>\n\n    a = 1\n    b = 2\n</execute>", "    a = 1\n    b = 2" },
        { "<execute>\nif a < b > c: d = '<execute>'\n</execute>", "if a < b > c: d = '<execute>'" },
        { $"{Fence}python\nprint(1)\n{Fence}", Ran },
        { $"{Fence}py\nprint(1)\n{Fence}\nmore", Ran },
        { $"Text\n{Fence} IPython \r\nprint(1)\n{Fence}", Ran },
        { $"{Fence}{{.python}}\nprint(1)\n{Fence}", Ran },
        { "~~~python\nprint(1)\n~~~", Ran },
        { $"1. First\n   {Fence}python\n   if x:\n       print(1)\n   {Fence}", "if x:\n    print(1)" },
        { $"{Fence}`python\ns = '''\n{Fence}\n'''\n{Fence}`", $"s = '''\n{Fence}\n'''" },
        { $"{Fence}python\nx = '{Fence}'\n{Fence}", $"x = '{Fence}'" },
        { $"{Fence}python\nprint(1)\n {Fence} trailing", Ran },
        { "<code>\nprint(1)\n</code>", Ran },
        { "Thought: look.\n  <code>print(1)</code>", Ran },
        { $"<execute>\n{Fence}python\nprint(1)\n{Fence}\n</execute>", Ran },
        { $"<execute>\n{Fence}\nprint(1)\n{Fence}\n</execute>", Ran },
        { $"{Fence}python\n<execute>\nprint(1)\n</execute>\n{Fence}", Ran },
        { "<<execute>print(1)</execute>", Ran },
        { "`a` <execute>print(1)</execute>", Ran },
        { "an unclosed ` here\n<execute>print(1)</execute>", Ran },
        { $"{Fence}x{Fence} is inline\n<execute>print(1)</execute>", Ran },
        { $"{Fence}json\n{{}}\n{Fence}\n<execute>print(1)</execute>", Ran },
        { $"{Fence}\nplain\n{Fence}\n{Fence}python\nprint(1)\n{Fence}", Ran },
        { "> quoted\n<execute>print(1)</execute>", Ran },

        { "The average is 4.", null },
        { "Write `<execute>print(1)</execute>` to run code.", null },
        { "Write ``a ` <execute>print(1)</execute>`` to run code.", null },
        { "> <execute>print(1)</execute>", null },
        { "    <execute>print(1)</execute>", null },
        { "\t<execute>print(1)</execute>", null },
        { "    ```python\n    print(1)\n    ```", null },
        { $"{Fence}\n<execute>print(1)</execute>\n{Fence}", null },
        { $"{Fence}bash\npython x.py\n{Fence}", null },
        { $"{Fence}xml\n<execute>print(1)</execute>\n{Fence}\nThat is how.", null },
        { $"{Fence}`markdown\n{Fence}python\nprint(1)\n{Fence}\n{Fence}`", null },
        { $"{Fence}text\nan open fence of another language\n<execute>print(1)</execute>", null },
        { "The tag <code>foo</code> marks code.", null },
        { "a < b > c, <exec>, <execute", null },
        { "~~ not a fence ~~", null },
        { $"{Fence}python is how a fence begins{Fence}", null },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_read_the_same_however_it_is_cut(string reply, string? code)
    {
        var (whole, turn) = Read([reply]);
        Assert.Equal(code, (whole as CodeAction)?.Code);
        Assert.Equal(code is null ? reply.Trim() : null, (whole as Answer)?.Text);
        Assert.StartsWith(turn, reply);

        Assert.Equal((whole, turn), Read([.. reply.Select(character => character.ToString())]));
        for (var cut = 1; cut < reply.Length; cut++)
        {
            Assert.Equal((whole, turn), Read([reply[..cut], reply[cut..]]));
        }
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void The_thought_only_grows_and_never_shows_a_part_of_the_action(string reply, string? code)
    {
        var parser = new ReplyReader(ActionSyntax.Code(ActionFormat.Execute));
        var before = "";
        foreach (var character in reply)
        {
            parser.Feed(character.ToString());
            Assert.StartsWith(before, parser.Thought);
            before = parser.Thought;
        }

        if (code is not null)
        {
            Assert.Equal(((CodeAction)parser.Complete(ReplyFinish.Stopped)).Thought, before.Trim());
        }
    }

    [Theory]
    [InlineData("Look.\n<execute>\nprint(1)\n", "Look.\n<execute>\nprint(1)\n</execute>")]
    [InlineData("<execute>print(1)</exec", "<execute>print(1)</execute>")]
    [InlineData("<code>\nprint(1)", "<code>\nprint(1)</code>")]
    [InlineData("```python\nprint(1)", "```python\nprint(1)\n```")]
    [InlineData("```python\nprint(1)\n", "```python\nprint(1)\n```")]
    [InlineData("```python\n<execute>\nprint(1)\n", "```python\n<execute>\nprint(1)\n```")]
    public void A_closing_tag_that_the_stop_sequence_swallowed_is_put_back(string reply, string turn)
    {
        var (read, kept) = Read([reply]);

        Assert.Equal(Ran, Assert.IsType<CodeAction>(read).Code);
        Assert.Equal(turn, kept);
    }

    [Fact]
    public void The_turn_ends_right_after_the_action_and_the_rest_is_not_read()
    {
        var parser = new ReplyReader(ActionSyntax.Code(ActionFormat.Execute));

        Assert.False(parser.Feed("Look.\n<execute>\nprint(1)\n</execute"));
        Assert.True(parser.Feed(">\nObservation: 1"));
        Assert.True(parser.Feed("<execute>print(2)</execute>"));
        Assert.Equal("Look.\n<execute>\nprint(1)\n</execute>", parser.Turn);
        Assert.Equal(new CodeAction("Look.", Ran), parser.Complete(ReplyFinish.TokenLimit));
    }

    [Theory]
    [InlineData("<execute>\nprint(1)\n", ReplyFinish.TokenLimit, "was not run")]
    [InlineData("```python\nprint(1)\n", ReplyFinish.TokenLimit, "was not run")]
    [InlineData("The average of the", ReplyFinish.TokenLimit, "cut off")]
    [InlineData("<execute>\n \n</execute>", ReplyFinish.Stopped, "empty")]
    [InlineData("```python\n```", ReplyFinish.Stopped, "empty")]
    [InlineData("```python", ReplyFinish.Stopped, "empty")]
    [InlineData("<execute>\n```python\n```\n</execute>", ReplyFinish.Stopped, "empty")]
    [InlineData("", ReplyFinish.Stopped, "empty")]
    [InlineData(" \n ", ReplyFinish.Stopped, "empty")]
    public void A_reply_that_cannot_be_used_says_why(string reply, ReplyFinish finish, string reason) =>
        Assert.Contains(reason, Assert.IsType<Unreadable>(Read([reply], finish).Reply).Reason);

    [Fact]
    public void A_fence_without_a_language_is_code_only_when_told_so()
    {
        var reply = $"{Fence}\nprint(1)\n{Fence}";
        var parser = new ReplyReader(ActionSyntax.Code(ActionFormat.Execute, unlabelledFences: true));

        Assert.True(parser.Feed(reply));
        Assert.Equal(new CodeAction("", Ran), parser.Complete(ReplyFinish.Stopped));
        Assert.IsType<Answer>(Read([reply]).Reply);
    }

    [Fact]
    public void A_long_reply_takes_time_in_proportion_to_its_length()
    {
        // A quadratic reading of a megabyte in single characters would take hours, not the test's minute.
        var parser = new ReplyReader(ActionSyntax.Code(ActionFormat.Execute));
        foreach (var piece in Enumerable.Repeat("< ` `` <execut <code ~~", 50_000).Append("\n<execute>\n")
            .Concat(Enumerable.Repeat("x = '</execut' ", 50_000)).Append("</execute>"))
        {
            foreach (var character in piece)
            {
                parser.Feed(character.ToString());
            }
        }

        Assert.IsType<CodeAction>(parser.Complete(ReplyFinish.Stopped));
    }

    private static (Reply Reply, string Turn) Read(string[] pieces, ReplyFinish finish = ReplyFinish.Stopped)
    {
        var parser = new ReplyReader(ActionSyntax.Code(ActionFormat.Execute));
        foreach (var piece in pieces)
        {
            if (parser.Feed(piece))
            {
                break;
            }
        }

        return (parser.Complete(finish), parser.Turn);
    }
}
