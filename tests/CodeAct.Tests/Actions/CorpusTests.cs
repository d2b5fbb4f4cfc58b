using CodeAct.Actions;

namespace CodeAct.Tests.Actions;

/// <summary>What models really write, and how it is read.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Syntaxes => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void Each_reply_means_what_its_file_says(string syntax)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Corpus.Update(syntax);
        }

        Assert.All(Corpus.Read(syntax), one =>
            Assert.Equal((one.Name, one.Meaning), (one.Name, Corpus.Meaning(Replies.Read(Corpus.Syntax(syntax), [one.Text], one.Finish).Reply))));
    }

    [Fact]
    public void There_are_enough_of_them() => Assert.True(Corpus.Names.Sum(syntax => Corpus.Read(syntax).Count) >= 200);

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void Each_reply_means_the_same_however_it_is_cut(string syntax)
    {
        foreach (var one in Corpus.Read(syntax))
        {
            var whole = Read([one.Text]);
            Assert.Equal((one.Name, whole), (one.Name, Read([.. one.Text.Select(character => character.ToString())])));
            for (var cut = 1; cut < one.Text.Length; cut++)
            {
                Assert.Equal((one.Name, whole), (one.Name, Read([one.Text[..cut], one.Text[cut..]])));
            }

            (string, string) Read(string[] pieces)
            {
                var (reply, turn) = Replies.Read(Corpus.Syntax(syntax), pieces, one.Finish);
                return (Corpus.Meaning(reply), turn);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void What_is_shown_while_a_reply_streams_in_is_its_beginning_and_no_part_of_the_action(string syntax)
    {
        foreach (var one in Corpus.Read(syntax))
        {
            var reader = new ReplyReader(Corpus.Syntax(syntax));
            var shown = "";
            foreach (var character in one.Text)
            {
                reader.Feed(character.ToString());
                shown += reader.TakeThought();
                Assert.Equal((one.Name, reader.Thought), (one.Name, shown));
            }

            var reply = reader.Complete(one.Finish);
            Assert.StartsWith(shown.TrimEnd(), one.Text);
            if (reply is CodeAction { Thought: var thought } && thought.Length > 0 && syntax != "mint")
            {
                Assert.Equal((one.Name, thought), (one.Name, shown.Trim()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void The_turn_that_the_history_keeps_means_the_same_again(string syntax)
    {
        foreach (var one in Corpus.Read(syntax).Where(one => one.Finish is ReplyFinish.Stopped))
        {
            var (reply, turn) = Replies.Read(Corpus.Syntax(syntax), [one.Text]);
            var (again, same) = Replies.Read(Corpus.Syntax(syntax), [turn]);
            Assert.Equal((one.Name, Meaning(reply), turn), (one.Name, Meaning(again), same));
        }

        static string Meaning(Reply reply) => Corpus.Meaning(reply is ToolAction call ? call with { Reminder = null } : reply);
    }
}
