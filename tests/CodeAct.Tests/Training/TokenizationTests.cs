using System.Text;
using CodeAct.Training;

namespace CodeAct.Tests.Training;

public sealed class TokenizationTests
{
    private const int TurnStart = 300, TurnEnd = 301;

    private static readonly Tokenization _bytes =
        new(text => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)], TurnStart, TurnEnd);

    [Fact]
    public void Learned_are_the_contents_of_the_assistant_and_the_tokens_that_end_them()
    {
        var tokens = Chat(("system", "s"), ("user", "u"), ("assistant", "ab"), ("observation", "o"), ("assistant", "c"));

        Assert.Equal("ab$c$", Text(tokens.Where(IsLearned)));
        Assert.Equal("^system\ns$\n^user\nu$\n^assistant\nab$\n^observation\no$\n^assistant\nc$\n", Text(tokens));
    }

    [Fact]
    public void A_wrong_action_is_shown_but_not_learned()
    {
        const string Line = """
            {"split":"train","conversations":[{"role":"user","content":"u"},{"role":"assistant","content":"bad","mistake":true},
            {"role":"observation","content":"Error"},{"role":"assistant","content":"good"}]}
            """;

        Assert.Equal("good$", Text(_bytes.Conversation(Conversation.Parse(Line).Turns).Where(IsLearned)));
    }

    [Fact]
    public void Labels_are_the_next_tokens_so_the_first_is_predicted_from_the_end_of_the_header()
    {
        var shard = Shards.Of(Chat(("user", "u"), ("assistant", "ab"), ("user", "v"), ("assistant", "c")));
        var batch = Batch.Of(shard, [0]);

        Assert.Equal("ab$c$", Text(batch.Labels));
        Assert.Equal("\nab\nc", Text(batch.Positions.Select(position => batch.Tokens[position])));
        Assert.All(batch.Positions.Zip(batch.Labels), pair =>
            Assert.Equal(pair.Second, shard[0][(int)pair.First + 1] & ~TokenShard.Learned));
    }

    [Fact]
    public void Padding_is_to_the_right_and_never_learned()
    {
        var shard = Shards.Of(
            Chat(("user", "long question"), ("assistant", "a")),
            Chat(("user", "u"), ("assistant", "b")));
        var batch = Batch.Of(shard, [0, 1]);

        Assert.Equal(0, batch.Columns % 16);
        Assert.InRange(batch.Columns - (shard.Length(0) - 1), 0, 15);
        Assert.Equal("a$b$", Text(batch.Labels));
        Assert.All(batch.Positions, position =>
            Assert.InRange(position % batch.Columns, 0, shard.Length((int)(position / batch.Columns)) - 2));
    }

    [Fact]
    public void Copy_tasks_are_answered_by_what_was_shown()
    {
        foreach (var (tokens, _) in new CopyTasks(_bytes, textTokens: 128, seed: 5).Conversations(300))
        {
            var learned = tokens.Where(IsLearned).Select(Bare).Where(token => token is > ' ' and < 128).Distinct();
            var form = "()[]=',.:ok none The of is Which columns? df.groupby mean s\"".Select(character => (int)character);
            var shown = tokens.Where(token => !IsLearned(token)).Select(Bare).Concat(form);
            Assert.Subset(shown.ToHashSet(), learned.ToHashSet());
        }
    }

    private static ushort[] Chat(params (string Role, string Content)[] turns) =>
        _bytes.Conversation(turns.Select(turn => new Turn(turn.Role, turn.Content, turn.Role == "assistant")));

    private static bool IsLearned(ushort token) => (token & TokenShard.Learned) != 0;

    private static int Bare(ushort token) => token & ~TokenShard.Learned;

    private static string Text(IEnumerable<ushort> tokens) => Text(tokens.Select(token => (long)Bare(token)));

    private static string Text(IEnumerable<long> tokens) =>
        string.Concat(tokens.Select(token => token switch { TurnStart => '^', TurnEnd => '$', _ => (char)token }));
}
