using System.Text.Json.Nodes;

namespace CodeAct.Training;

/// <summary>A line of a file in the CodeActInstruct layout.</summary>
/// <param name="Turns">In order.</param>
/// <param name="Family">The family of its task, <c>all</c> when the line names none.</param>
/// <param name="IsTraining">Every split but <c>train</c> is held out, whatever it is held out by; no split is training.</param>
internal sealed record Conversation(IReadOnlyList<Turn> Turns, string Family, bool IsTraining)
{
    /// <summary>Reads a line.</summary>
    public static Conversation Parse(string line)
    {
        var json = JsonNode.Parse(line)!;
        var turns = json["conversations"]!.AsArray().Select(message =>
        {
            var role = message!["role"]!.GetValue<string>();
            var mistake = message["mistake"]?.GetValue<bool>() ?? false;
            return new Turn(role, message["content"]!.GetValue<string>(), role == "assistant" && !mistake);
        });
        var training = json["split"]?.GetValue<string>() is null or "train";
        return new Conversation([.. turns], json["family"]?.GetValue<string>() ?? "all", training);
    }
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Content">What is said.</param>
/// <param name="IsLearned">Whether the model is to say the same: what the assistant says, but for its mistakes.</param>
internal readonly record struct Turn(string Role, string Content, bool IsLearned);
