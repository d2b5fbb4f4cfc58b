using System.Globalization;
using CodeAct.Conversations;

namespace CodeAct.Web.Pages.Layout;

/// <summary>The conversations of a list by how long ago they were used.</summary>
internal static class HistoryGroups
{
    private const int Week = 7;
    private const int Month = 30; // days

    /// <summary>The groups in the order of the list, none of them empty.</summary>
    /// <param name="found">The latest first.</param>
    /// <param name="now">Whose day is today.</param>
    public static IEnumerable<(string Name, IReadOnlyList<ConversationSummary> Conversations)> Of(
        IEnumerable<ConversationSummary> found, DateTimeOffset now) =>
        found.GroupBy(one => Name(one.Updated, now)).Select(group => (group.Key, (IReadOnlyList<ConversationSummary>)[.. group]));

    /// <summary>What the group of a time is called.</summary>
    public static string Name(DateTimeOffset time, DateTimeOffset now)
    {
        var day = time.ToOffset(now.Offset).Date;
        return (now.Date - day).Days switch
        {
            <= 0 => "Today",
            1 => "Yesterday",
            < Week => "The last 7 days",
            < Month => "The last 30 days",
            _ => day.ToString("MMMM yyyy", CultureInfo.InvariantCulture),
        };
    }
}
