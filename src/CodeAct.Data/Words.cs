namespace CodeAct.Data;

/// <summary>Lists of words that names and values are drawn from.</summary>
internal static class Words
{
    public static string[] Nouns { get; } = Read("nouns");

    public static string[] Adjectives { get; } = Read("adjectives");

    public static string[] FirstNames { get; } = Read("first-names");

    public static string[] LastNames { get; } = Read("last-names");

    public static string[] Cities { get; } = Read("cities");

    public static string[] NounsAndAdjectives { get; } = [.. Nouns, .. Adjectives];

    public static string[] Sentences { get; } = Resource.Lines("Words/sentences.txt");

    public static string Plural(string noun) => noun switch
    {
        [.., 's', 's'] or [.., 'x'] or [.., 'c' or 's', 'h'] => noun + "es",
        [.., 's'] => noun,
        [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] => noun[..^1] + "ies",
        _ => noun + "s",
    };

    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string[] Read(string name) => Resource.Text($"Words/{name}.txt")
        .Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
