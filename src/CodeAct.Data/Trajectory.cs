using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodeAct.Data;

/// <summary>A conversation that ended well, as a line of JSON in the layout of CodeActInstruct, and its origin.</summary>
/// <param name="Id">From which the task can be made again: <c>family/kind/split-seed-index</c>.</param>
/// <param name="Conversations">Every message: system, user, assistant and observation.</param>
/// <param name="Family">The family of the task.</param>
/// <param name="Kind">Its question.</param>
/// <param name="Split"><c>train</c>, or what in it is held out: <c>content</c>, <c>wording</c>, <c>tools</c>.</param>
internal sealed record Trajectory(
    string Id, IReadOnlyList<TrajectoryMessage> Conversations, string Family, string Kind, string Split)
{
    private static readonly JsonSerializerOptions _layout = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    /// <summary>Whether some action in it raised and was repaired.</summary>
    public bool HasMistake => Conversations.Any(message => message.Mistake);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no trajectory.</exception>
    public static Trajectory Parse(string line) =>
        JsonSerializer.Deserialize<Trajectory>(line, _layout)
        ?? throw new JsonException("The line holds null, not a trajectory.");

    /// <summary>Writes a line, without its end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, _layout);

    /// <summary>Of an attempt, with its wrong actions marked.</summary>
    public static Trajectory Of(Attempt attempt)
    {
        var task = attempt.Task;
        List<TrajectoryMessage> messages = [];
        var cell = 0;
        foreach (var message in attempt.Messages)
        {
            var acts = message.Role.Value == "assistant" && message.Text.Contains("<execute>", StringComparison.Ordinal);
            messages.Add(new TrajectoryMessage(message.Role.Value, message.Text, acts && attempt.Raised[cell] is not null));
            cell += acts ? 1 : 0;
        }

        return new Trajectory(task.Id, messages, task.Family, task.Kind, task.Split.ToString().ToLowerInvariant());
    }
}

/// <summary>One message.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>observation</c>.</param>
/// <param name="Content">Its text.</param>
/// <param name="Mistake">True for an action that raised; what follows repairs it.</param>
internal sealed record TrajectoryMessage(string Role, string Content, bool Mistake = false);
