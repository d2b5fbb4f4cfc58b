using CodeAct.Data;

namespace CodeAct.Tests.Data;

public sealed class TrajectoryTests
{
    [Fact]
    public void A_line_reads_back_as_it_was_written()
    {
        var trajectory = new Trajectory(
            "lists/sum/train-1-2", [new("user", "Add \"1\" & 2"), new("assistant", "x", Mistake: true)], "lists", "sum", "train");

        var read = Trajectory.Parse(trajectory.ToJson());

        Assert.Equal(trajectory.Conversations, read.Conversations);
        Assert.Equal((trajectory.Id, true), (read.Id, read.HasMistake));
        Assert.DoesNotContain('\n', trajectory.ToJson());
    }

    [Fact]
    public void The_layout_is_the_one_that_training_reads() => Assert.Equal(
        """{"id":"a","conversations":[{"role":"user","content":"é < ü"}],"family":"f","kind":"k","split":"train"}""",
        new Trajectory("a", [new("user", "é < ü")], "f", "k", "train").ToJson());
}
