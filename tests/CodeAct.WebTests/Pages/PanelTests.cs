using CodeAct.Web.Pages.Layout;
using CodeAct.Web.Pages.Panels;

namespace CodeAct.WebTests.Pages;

public sealed class PanelTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "a|b", "1|2")]
    [InlineData("a;b\r\n\"x;\"\"y\n\"\r\n", "a|b", "x;\"y\n")]
    [InlineData("a\n\"never closed,\nto the end", "a", "never closed,\nto the end")]
    [InlineData("", "", "")]
    public void Separated_values_are_read_as_they_are_meant(string text, string header, string row)
    {
        var table = SeparatedTable.Read(text, text.Contains(';', StringComparison.Ordinal) ? ';' : ',', 10);
        Assert.Equal((header, row, true), (string.Join('|', table.Header), string.Join('|', table.Rows.SelectMany(values => values)), table.IsWhole));
    }

    [Fact]
    public void A_long_table_says_that_there_is_more()
    {
        var table = SeparatedTable.Read(string.Concat(Enumerable.Range(0, 100).Select(number => $"{number}\n")), ',', 10);
        Assert.Equal((10, false), (table.Rows.Count, table.IsWhole));
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(9_949, "9.9 kB")]
    [InlineData(999_600, "1.0 MB")]
    [InlineData(14_300_000, "14 MB")]
    public void Sizes_have_the_unit_that_fits(long bytes, string expected) => Assert.Equal(expected, Sizes.Of(bytes));

    [Theory]
    [InlineData("2026-03-15T00:30:00+01:00", "Today")]
    [InlineData("2026-03-14T22:59:00Z", "Yesterday")]
    [InlineData("2026-03-09T12:00:00Z", "The last 7 days")]
    [InlineData("2026-03-08T12:00:00Z", "The last 30 days")]
    [InlineData("2026-02-13T12:00:00Z", "February 2026")]
    [InlineData("2025-12-31T12:00:00Z", "December 2025")]
    public void A_conversation_is_listed_by_the_day_of_the_reader(string updated, string group)
    {
        var now = new DateTimeOffset(2026, 3, 15, 9, 0, 0, TimeSpan.FromHours(1));
        Assert.Equal(group, HistoryGroups.Name(DateTimeOffset.Parse(updated, System.Globalization.CultureInfo.InvariantCulture), now));
    }
}
