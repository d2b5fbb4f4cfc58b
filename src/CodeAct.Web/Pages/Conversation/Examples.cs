using CodeAct.Web.Chats;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>Something to ask for.</summary>
internal sealed record Example(string Task);

/// <summary>What the empty page proposes.</summary>
internal static class Examples
{
    private static readonly Example[] _forLarge =
    [
        new("Solve the system of equations 2x + 3y = 12, x − y = 1, and check the solution."),
        new("What is the greatest common factor of 144 and 405?"),
        new("Plot sin(x) and its Taylor polynomials of degree 1, 3 and 5 between −4 and 4."),
        new("Draw 100 random points of the plane, cluster them with k-means, and show the clusters in colours."),
        new("Make data by y = 0.9x + 6.1 with some noise, fit a line to them, and plot both."),
        new("Write a bubble sort and test it against sorted() on ten random lists."),
    ];

    // What the small model knows: its card has more.
    private static readonly Example[] _forSmall =
    [
        new("Add up 3, 9 and 27 please"),
        new("What's the 10th prime?"),
        new("what day of the week was 2001-09-09"),
        new("reverse the word 'interpreter'"),
        new("convert 12 miles to km"),
        new("is 2026 a leap year?"),
    ];

    public static IReadOnlyList<Example> For(ModelShelf models) =>
        models.Offered.All(model => model.Alias.StartsWith("codeact-nano", StringComparison.Ordinal)) ? _forSmall : _forLarge;
}
