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

    /// <summary>A word that could be one: <c>brelno</c>.</summary>
    public static string MadeUp(Draw draw) => string.Concat(
        Enumerable.Range(0, draw.Int(1, 3)).Select(_ => draw.Pick(_onsets) + draw.Pick(_vowels))) + draw.Pick(_codas);

    public static string Plural(string noun) => noun switch
    {
        [.., 's', 's'] or [.., 'x'] or [.., 'c' or 's', 'h'] => noun + "es",
        [.., 's'] => noun,
        [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] => noun[..^1] + "ies",
        _ => noun + "s",
    };

    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static readonly string[] _onsets =
        "b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sk sl sp st t th tr v w z".Split(' ');

    private static readonly string[] _vowels = "a a e e i i o o u ai ea ee oo ou".Split(' ');

    private static readonly string[] _codas = "b ck d g l ll m n nd ng nt p r rd rn rt sh st t x th le ner son ton".Split(' ');

    private static string[] Read(string name) => Resource.Text($"Words/{name}.txt")
        .Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
