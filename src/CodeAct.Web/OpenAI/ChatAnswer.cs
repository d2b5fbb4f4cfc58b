using System.Text.Json;

namespace CodeAct.Web.OpenAI;

/// <summary>How an answer ended.</summary>
internal abstract record ChatEnd
{
    private ChatEnd()
    {
    }

    /// <summary>As answers do.</summary>
    internal sealed record Finished(string Reason, long InputTokens, long OutputTokens) : ChatEnd;

    /// <summary>The model or the server failed.</summary>
    internal sealed record Failed(int Status, string Why) : ChatEnd;
}

/// <summary>A chat completion in its two forms: whole, and in pieces.</summary>
internal sealed record ChatAnswer(string Id, long Created, string Model, bool IncludeUsage)
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) // nulls are written: clients look for them
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Known when all its pieces are.</summary>
    public ChatEnd? End { get; set; }

    public string FinishReason => (End as ChatEnd.Finished)?.Reason ?? "stop";

    public object Whole(string text) => new
    {
        Id,
        Object = "chat.completion",
        Created,
        Model,
        Choices = new object[]
        {
            new
            {
                Index = 0,
                Message = new { Role = "assistant", Content = text, Refusal = (string?)null, Annotations = Array.Empty<object>() },
                Logprobs = (object?)null,
                FinishReason,
            },
        },
        Usage,
    };

    public object Piece(object delta, string? finishReason = null) => new
    {
        Id,
        Object = "chat.completion.chunk",
        Created,
        Model,
        Choices = new object[] { new { Index = 0, Delta = delta, Logprobs = (object?)null, FinishReason = finishReason } },
    };

    public object Spent() => new { Id, Object = "chat.completion.chunk", Created, Model, Choices = Array.Empty<object>(), Usage };

    private object Usage => End is ChatEnd.Finished(_, var input, var output)
        ? new { PromptTokens = input, CompletionTokens = output, TotalTokens = input + output }
        : new { PromptTokens = 0L, CompletionTokens = 0L, TotalTokens = 0L };
}
