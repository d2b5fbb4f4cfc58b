namespace CodeAct.Data.Tasks;

/// <summary>What needs no code: greetings, questions about itself, and what it cannot do and says so.</summary>
internal static class ChatTasks
{
    public static Family Family { get; } = new("chat", 2.5,
    [
        Say("greeting", "Hello! Give me a task about numbers, text, dates or a CSV file.", "Give me a task"),
        Say("who", "I am codeact-nano, a very small model. "
            + "I solve tasks about numbers, text, dates and CSV files by running Python.", "codeact-nano"),
        Say("thanks", "You are welcome.", "welcome") with { Weight = 0.7 },
        Say("cannot", "I can't do that. I am a very small model: I can compute with numbers, text, dates and CSV files.",
            "I can't do that") with { Weight = 4 },
    ]);

    private static Kind Say(string name, string answer, string part) => new(name, draw =>
    {
        var slots = new Slots
        {
            ["city"] = draw.Word(Words.Cities),
            ["noun"] = draw.Word(Words.Nouns).ToLowerInvariant(),
            ["name"] = draw.Word(Words.FirstNames),
            ["language"] = draw.Pick<string>(["French", "German", "Spanish", "Italian", "Chinese", "Japanese", "Polish"]),
        };
        return new Content(new DataTurn(Wordings.Of("chat", name).Say(draw, slots), [], _ => answer, new SaysTruth(part)));
    });
}
