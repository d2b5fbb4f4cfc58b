using CodeAct.Data;

namespace CodeAct.Tests.Data;

public sealed class TruthTests
{
    [Theory]
    [InlineData("The mean is 42.5.", true)]
    [InlineData("It is 42.50 EUR", true)]
    [InlineData("42.505", true)]
    [InlineData("42.52", false)]
    [InlineData("425", false)]
    [InlineData("none", false)]
    public void A_number_may_be_rounded_to_two_decimals(string answer, bool right) =>
        Assert.Equal(right, new NumbersTruth([42.5]).IsIn(answer, []));

    [Fact]
    public void Thousands_may_be_separated() => Assert.True(new NumbersTruth([1234567]).IsIn("There are 1,234,567.", []));

    [Fact]
    public void Every_number_must_be_there() => Assert.False(new NumbersTruth([1, 2]).IsIn("1", []));

    [Theory]
    [InlineData("Sorted: [1, 2, 10]", true)]
    [InlineData("1,2,10", true)]
    [InlineData("[10, 2, 1]", false)]
    public void A_sequence_has_an_order(string answer, bool right) =>
        Assert.Equal(right, new SequenceTruth([1, 2, 10]).IsIn(answer, []));

    [Theory]
    [InlineData("Books: 12.5\nToys: 8", true)]
    [InlineData("Toys 8.0, Books 12.50", true)]
    [InlineData("Books: 8\nToys: 12.5", false)]
    [InlineData("Books: 12.5", false)]
    public void Each_name_has_its_own_number(string answer, bool right) =>
        Assert.Equal(right, new PairsTruth([new("Books", 12.5), new("Toys", 8)]).IsIn(answer, []));

    [Fact]
    public void A_verdict_is_the_first_word()
    {
        Assert.True(new VerdictTruth(true).IsIn("Yes, 7 is prime.", []));
        Assert.False(new VerdictTruth(true).IsIn("No, though one might say yes.", []));
    }

    [Fact]
    public void A_file_must_exist_and_be_named()
    {
        var truth = new FileTruth("plot.png");

        Assert.True(truth.IsIn("Saved as plot.png.", ["data.csv", "plot.png"]));
        Assert.False(truth.IsIn("Saved as plot.png.", ["data.csv"]));
        Assert.False(truth.IsIn("Done.", ["plot.png"]));
    }

    [Theory]
    [InlineData("{'Books': 12.5, 'Garden tools': 8}", "Books: 12.5|Garden tools: 8")]
    [InlineData("[['Pen', 1.5], ['Ink', -2]]", "Pen: 1.5|Ink: -2")]
    [InlineData("['a', 'b c']", "a|b c")]
    [InlineData("{2020: 1.5}", "2020: 1.5")]
    public void Printed_collections_become_lines(string printed, string lines) =>
        Assert.Equal(lines.Split('|'), PythonLiteral.Entries(printed));
}
