using CodeAct.Data;

namespace CodeAct.Tests.Data;

public sealed class WordingsTests
{
    public static TheoryData<string> Files =>
        ["arithmetic", "csv", "dates", "lists", "numbers", "plots", "strings", "tools", "units"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_question_has_many_wordings_and_held_out_ones_that_differ(string file)
    {
        var sections = Resource.Lines($"Wordings/{file}.txt").Where(line => line.StartsWith("# ", StringComparison.Ordinal));
        foreach (var section in sections.Select(line => line[2..]).Where(section => section is not ("frames" or "follow-up")))
        {
            var wordings = Wordings.Of(file, section);
            wordings = file == "lists" && !wordings.Train[0].Contains("{list}", StringComparison.Ordinal)
                ? Wordings.Combine(Wordings.Of(file, "frames"), wordings)
                : wordings;

            Assert.True(wordings.Train.Sum(Variants) >= 12, $"{file}/{section} has too few wordings.");
            Assert.True(wordings.HeldOut.Count >= 3, $"{file}/{section} has too few held-out wordings.");
            Assert.Empty(wordings.Train.Intersect(wordings.HeldOut));
        }
    }

    // The code of the expert takes every number of the message for one of the list.
    [Fact]
    public void Wordings_about_lists_have_no_numbers_of_their_own()
    {
        var lines = Resource.Lines("Wordings/lists.txt").Concat(Resource.Lines("Words/before.txt")).Concat(Resource.Lines("Words/after.txt"));

        Assert.DoesNotContain(lines, line => line.Any(char.IsDigit));
    }

    [Fact]
    public void Held_out_wordings_are_said_in_their_split_only()
    {
        var wordings = Wordings.Parse("Add {list}\n---\nSum {list}");
        var slots = new Slots { ["list"] = "1, 2" };

        for (var index = 0; index < 40; index++)
        {
            Assert.Contains("dd 1, 2", wordings.Say(new Draw(1, Split.Train, index), slots), StringComparison.Ordinal);
            Assert.Contains("um 1, 2", wordings.Say(new Draw(1, Split.Wording, index), slots), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Choices_are_made_before_slots_are_filled()
    {
        var said = Wordings.Parse("[Add|Sum] {list}").Say(new Draw(1, Split.Train, 0), new Slots { ["list"] = "[1|2]" });

        Assert.EndsWith("[1|2]", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Slips_of_the_keyboard_leave_the_slots_alone()
    {
        for (var index = 0; index < 500; index++)
        {
            var typed = Typing.Vary(new Draw(1, Split.Train, index), "Compute everything about {numbers} please.");

            Assert.Contains("{numbers}", typed, StringComparison.Ordinal);
        }
    }

    private static int Variants(string wording) =>
        wording.Split('[')[1..].Aggregate(1, (product, choice) => product * choice.Split(']')[0].Split('|').Length);
}
