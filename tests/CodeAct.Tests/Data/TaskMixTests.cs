using CodeAct.Data;

namespace CodeAct.Tests.Data;

public sealed class TaskMixTests
{
    public static TheoryData<string> Families => [.. TaskMix.Names];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_task_of_a_family_is_complete_in_every_split(string family)
    {
        foreach (var split in Enum.GetValues<Split>().Where(split => TaskMix.Has(family, split)))
        {
            for (var index = 0; index < 100; index++)
            {
                var task = TaskMix.Make(split, seed: 5, index, family);

                Assert.NotEmpty(task.Turns);
                foreach (var turn in task.Turns)
                {
                    Assert.False(string.IsNullOrWhiteSpace(turn.Text), task.Id);
                    Assert.DoesNotContain("  ", turn.Text.Split('\n')[0], StringComparison.Ordinal);
                    Assert.DoesNotMatch(@"\{(list|num|cat|what|s|a|n|x|rows|in|figure)\}", turn.Text);
                    Assert.All(turn.Steps, step => Assert.DoesNotContain("\n\n", step.Code, StringComparison.Ordinal));
                    Assert.All(turn.Detours, detour => Assert.Single(detour, step => step.Raises is not null));
                }
            }
        }
    }

    [Fact]
    public void The_same_seed_and_index_make_the_same_task()
    {
        for (var index = 0; index < 50; index++)
        {
            var (one, two) = (TaskMix.Make(Split.Train, 3, index), TaskMix.Make(Split.Train, 3, index));

            Assert.Equal(one.Id, two.Id);
            Assert.Equal(one.Turns.Select(turn => turn.Text), two.Turns.Select(turn => turn.Text));
            Assert.Equal(one.Files, two.Files);
        }
    }

    [Fact]
    public void Another_seed_makes_other_tasks() => Assert.NotEqual(
        Enumerable.Range(0, 20).Select(index => TaskMix.Make(Split.Train, 1, index).Turns[0].Text),
        Enumerable.Range(0, 20).Select(index => TaskMix.Make(Split.Train, 2, index).Turns[0].Text));

    [Fact]
    public void Tables_with_unseen_content_have_no_name_from_the_tables_of_training()
    {
        static HashSet<string> Labels(Split split) => [.. Enumerable.Range(0, 400)
            .Select(index => TaskMix.Make(split, 5, index, "csv").Files[0].Text.Split('\n')[0])];

        Assert.Empty(Labels(Split.Content).Intersect(Labels(Split.Train)));
    }

    [Fact]
    public void Functions_of_the_tool_split_are_offered_nowhere_else()
    {
        static HashSet<string> Functions(Split split) => [.. Enumerable.Range(0, 400)
            .Select(index => TaskMix.Make(split, 5, index, "tools").Setup!.Split('\n')[0].Split('(')[0])];

        Assert.Empty(Functions(Split.Tools).Intersect(Functions(Split.Train)));
    }

    [Fact]
    public void A_family_that_is_not_there_is_named_in_the_error()
    {
        var error = Assert.Throws<ArgumentException>(() => TaskMix.Make(Split.Train, 1, 0, "nope"));

        Assert.Contains("'nope'", error.Message, StringComparison.Ordinal);
    }
}
