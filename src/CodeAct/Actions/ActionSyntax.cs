namespace CodeAct.Actions;

/// <summary>What stands around an action or an answer.</summary>
/// <param name="Open">A tag (<c>&lt;execute&gt;</c>, which may have attributes), or any text, such as <c>Action:</c>.</param>
/// <param name="Close">The same; null for the end of the reply.</param>
internal sealed record Mark(string Open, string? Close)
{
    /// <summary>It counts only where a line begins with it.</summary>
    public bool AtLineStart { get; init; }

    /// <summary>It begins an answer, not an action.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>What stands between was escaped for HTML together with the marks.</summary>
    public bool IsEscaped { get; init; }

    /// <summary>At the beginning of a line these end it too.</summary>
    public IReadOnlyList<string> Ends { get; init; } = [];
}

/// <summary>What a fenced block is.</summary>
internal enum FenceUse
{
    /// <summary>Text, as in an answer.</summary>
    Text,

    /// <summary>An action.</summary>
    Action,

    /// <summary>An action if what is in it says so.</summary>
    Either,
}

/// <summary>How the actions of a mode are found in a reply, and what is made of them.</summary>
internal sealed record ActionSyntax
{
    private static readonly string[] _words = ["Action:", "**Action:**", "**Action**:"];
    private static readonly string[] _turns = ["Observation:", "Thought:", "Action:", "Answer:"];

    /// <summary>The marks that count.</summary>
    public required IReadOnlyList<Mark> Marks { get; init; }

    /// <summary>What a fenced block with this after its opening is.</summary>
    public Func<string, FenceUse> Fence { get; init; } = static _ => FenceUse.Text;

    /// <summary>An object of JSON at the beginning of a line may be an action without any mark.</summary>
    public bool BareJson { get; init; }

    /// <summary>A reply without a mark is of no use.</summary>
    public bool NeedsMark { get; init; }

    /// <summary>Makes an action of what stands between marks, after a thought.</summary>
    public required Func<string, string, Reply> Read { get; init; }

    /// <summary>What stands in a string of an action is no mark that ends it.</summary>
    public bool HasStrings { get; init; }

    /// <summary>Whether what stands in no certain marks is an action.</summary>
    public Func<string, bool> IsCall { get; init; } = static _ => true;

    /// <summary>What the model is told of an action that the token limit cut off.</summary>
    public string WhenCutOff { get; init; } = "Your call was cut off at the token limit and was not made. Write a shorter one.";

    /// <summary>What the model is told to do after a reply of no use.</summary>
    public required string WhatToDo { get; init; }

    /// <summary>Python.</summary>
    /// <param name="format">Its marks.</param>
    /// <param name="unlabelledFences">True when a fence that names no language holds Python too.</param>
    public static ActionSyntax Code(ActionFormat format, bool unlabelledFences = false)
    {
        var what = WhatToDoWith("Python", format);
        return new()
        {
            Marks =
            [
                .. Marked(format),
                .. format.IsStrict ? [] : new Mark[]
                {
                    Tag("execute"), Tag("code") with { AtLineStart = true }, Tag("python") with { AtLineStart = true }, Escaped("execute"),
                },
            ],
            Fence = info => !format.IsStrict && CodeText.IsPython(info, unlabelledFences) ? FenceUse.Action : FenceUse.Text,
            NeedsMark = format.IsStrict,
            HasStrings = true,
            WhenCutOff = "Your code was cut off at the token limit and was not run. Write a shorter block.",
            Read = (thought, body) => CodeText.Unwrap(body) is { Length: > 0 } code
                ? new CodeAction(format.WithoutTags(thought), code)
                : new Unreadable($"Your code block was empty. {what}"),
            WhatToDo = what,
        };
    }

    /// <summary>A call as JSON.</summary>
    public static ActionSyntax Json(ActionFormat format)
    {
        var what = WhatToDoWith("""a JSON object {"tool": NAME, "args": {...}}""", format);
        return new()
        {
            Marks = [.. Marked(format), .. format.IsStrict ? [] : Usual(Tag("tool_call"), Tag("action"), Escaped("action"))],
            Fence = info => format.IsStrict ? FenceUse.Text : JsonCall.FenceUse(info),
            BareJson = !format.IsStrict,
            NeedsMark = format.IsStrict,
            HasStrings = true,
            IsCall = JsonCall.IsCall,
            Read = (thought, body) => JsonCall.Read(format.WithoutTags(thought), body, what),
            WhatToDo = what,
        };
    }

    /// <summary>A call as text: the tool's name and its arguments, with commas between them.</summary>
    public static ActionSyntax Text(ActionFormat format)
    {
        var what = WhatToDoWith("a tool's name and its arguments with commas between them", format);
        return new()
        {
            Marks = [.. Marked(format), .. format.IsStrict ? [] : Usual(Tag("action"), Escaped("action"))],
            NeedsMark = format.IsStrict,
            Read = (thought, body) => TextCall.Read(format.WithoutTags(thought), body, what),
            WhatToDo = what,
        };
    }

    private static string WhatToDoWith(string body, ActionFormat format)
    {
        var answer = format is { IsStrict: true, Answer: { } mark }
            ? format.AnswerClose is { } close ? $"give your answer between {mark} and {close}" : $"give your answer after {mark}"
            : "answer without a block";
        return $"Put {body} between {format.Open} and {format.Close}, or {answer}.";
    }

    private static IEnumerable<Mark> Marked(ActionFormat format)
    {
        var isTag = format.Open.StartsWith('<');
        var ends = isTag ? [] : _turns;
        yield return new Mark(format.Open, format.Close) { AtLineStart = !isTag && !format.IsStrict, Ends = ends };
        if (format.Answer is { } answer)
        {
            yield return new Mark(answer, format.AnswerClose) { IsAnswer = true, Ends = ends };
        }
    }

    private static IEnumerable<Mark> Usual(params IEnumerable<Mark> tags) =>
    [
        .. tags,
        .. _words.Select(word =>
            new Mark(word, "End Action") { AtLineStart = true, Ends = _turns }),
    ];

    private static Mark Tag(string name) => new($"<{name}>", $"</{name}>");

    private static Mark Escaped(string name) => new($"&lt;{name}&gt;", $"&lt;/{name}&gt;") { AtLineStart = true, IsEscaped = true };
}
